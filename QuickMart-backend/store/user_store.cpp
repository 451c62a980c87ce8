#include "QuickMart-backend/store/user_store.hpp"

#include "platform/security/password.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kUserSet = "user";
constexpr const char* kEmailSet = "user_email";
constexpr const char* kUserState = "state";
constexpr const char* kClosed = "closed";
// How long an address stays with a caller who has not yet written the account: longer than a write may take.
constexpr std::chrono::seconds kClaimLease{10};
constexpr int kMaxUserAttempts = 8;

Error no_account() { return not_found("There is no such account."); }
Error taken(std::string what) { return Error{ErrorKind::AlreadyExists, std::move(what)}; }
bool is_open(const kv::Record& record) { return RecordFields{record}.text(kUserState) != kClosed; }

kv::Key user_key(const UserId& id) { return kv::Key{kUserSet, id.str()}; }
kv::Key email_key(std::string_view email) {
  return kv::Key{kEmailSet, security::sha256_hex(normalise_email(email))};
}

// What update() may change.
kv::Bins encode_changeable(const User& user) {
  kv::Bins bins;
  bins["role"] = std::string{to_string(user.role)};
  bins["name"] = user.profile.name;
  bins["age"] = to_value(user.profile.age);
  bins["location"] = to_value(user.profile.location);
  bins["loyalty_tier"] = std::string{to_string(user.profile.loyalty_tier)};
  bins["pref_categories"] = to_value(user.preferences.categories);
  bins["pref_brands"] = to_value(user.preferences.brands);
  bins["pref_price_min"] = to_value(user.preferences.price_min);
  bins["pref_price_max"] = to_value(user.preferences.price_max);
  bins["last_login"] = to_value(user.last_login);
  return bins;
}

kv::Bins encode_user(const User& user, std::string password_hash) {
  kv::Bins bins = encode_changeable(user);
  bins[kUserState] = "open";
  bins["email"] = user.email;
  bins["password_hash"] = std::move(password_hash);
  bins["created_at"] = to_value(user.created_at);
  return bins;
}

User decode_user(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  User user;
  user.id = UserId{id};
  user.email = fields.text("email");
  // A role that cannot be read must not open doors.
  user.role = parse_role(fields.text("role")).value_or(Role::customer);
  user.profile.name = fields.text("name");
  if (const auto age = fields.maybe_integer("age")) user.profile.age = static_cast<int>(*age);
  user.profile.location = fields.maybe_text("location");
  user.profile.loyalty_tier = parse_loyalty_tier(fields.text("loyalty_tier")).value_or(LoyaltyTier::bronze);
  user.preferences.categories = fields.texts("pref_categories");
  user.preferences.brands = fields.texts("pref_brands");
  user.preferences.price_min = fields.money("pref_price_min");
  user.preferences.price_max = fields.money("pref_price_max");
  user.created_at = fields.time("created_at");
  user.last_login = fields.maybe_time("last_login");
  return user;
}

kv::Bins tombstone() {
  kv::Bins bins;
  bins[kUserState] = kClosed;
  return bins;
}

kv::Bins claim_of(const UserId& by, Timestamp at) {
  kv::Bins bins;
  bins["user_id"] = by.str();
  bins["claimed_at"] = to_value(at);
  return bins;
}

// The record whether open or closed, nullopt when there is none.
Task<Result<std::optional<kv::Record>>> find_record(kv::Store& store, kv::Key key) {
  auto record = co_await store.get(std::move(key));
  if (record) co_return std::optional<kv::Record>{std::move(*record)};
  if (record.error().kind == ErrorKind::NotFound) co_return std::optional<kv::Record>{};
  co_return record.error();
}

// Writes `bins` as the whole record, if it still is what was found.
Task<Result<void>> write_over(kv::Store& store, kv::Key key, kv::Bins bins, std::optional<std::uint32_t> found) {
  kv::WriteOptions options;
  options.mode = found ? kv::WriteMode::Replace : kv::WriteMode::CreateOnly;
  options.expect_generation = found;
  auto written = co_await store.put(std::move(key), std::move(bins), options);
  if (written) co_return Result<void>{};
  const ErrorKind kind = written.error().kind;
  if (kind == ErrorKind::AlreadyExists || kind == ErrorKind::GenerationMismatch)
    co_return taken("Somebody else was faster.");
  co_return written.error();
}

std::optional<std::uint32_t> generation_of(const std::optional<kv::Record>& record) {
  return record ? std::optional{record->generation} : std::nullopt;
}

// May `by` have the address that `claim` holds? Fences off a holder who never wrote an account: should it still be on
// its way, its write will find a tombstone it has not read, and fail.
Task<Result<void>> dispossess(kv::Store& store, kv::Record claim, UserId by, std::string email, Timestamp now) {
  const RecordFields fields{claim};
  const UserId holder{fields.text("user_id")};
  if (holder == by) co_return Result<void>{};  // an earlier attempt of the same account
  auto held = co_await find_record(store, user_key(holder));
  if (!held) co_return held.error();
  if (*held && is_open(**held)) {
    if (normalise_email(RecordFields{**held}.text("email")) == email) co_return taken("The address is taken.");
    co_return Result<void>{};  // it was not given to this holder, whose id was another's
  }
  if (now < fields.time("claimed_at") + kClaimLease) co_return taken("The address is being taken.");
  co_return co_await write_over(store, user_key(holder), tombstone(), generation_of(*held));
}

Task<Result<void>> claim_email(kv::Store& store, UserId by, std::string address, Timestamp now) {
  kv::Key key = email_key(address);
  auto claim = co_await find_record(store, key);
  if (!claim) co_return claim.error();
  if (*claim) {
    kv::Record held = **claim;
    std::string email = normalise_email(address);
    auto free = co_await dispossess(store, std::move(held), by, std::move(email), now);
    if (!free) co_return free.error();
  }
  kv::Bins bins = claim_of(by, now);
  co_return co_await write_over(store, std::move(key), std::move(bins), generation_of(*claim));
}

}  // namespace

Task<Result<void>> UserStore::create(User user, std::string password_hash) {
  // Read before the address is claimed: whoever dispossesses this call changes the record after that.
  auto before = co_await find_record(store_, user_key(user.id));
  if (!before) co_return before.error();
  if (*before && is_open(**before)) co_return taken("The id is taken.");
  auto claimed = co_await claim_email(store_, user.id, user.email, user.created_at);
  if (!claimed) co_return claimed.error();
  kv::Bins bins = encode_user(user, std::move(password_hash));
  co_return co_await write_over(store_, user_key(user.id), std::move(bins), generation_of(*before));
}

Task<Result<StoredUser>> UserStore::get(UserId id) {
  auto record = co_await store_.get(user_key(id));
  if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
  if (!record || !is_open(*record)) co_return no_account();
  StoredUser stored;
  stored.user = decode_user(id.str(), *record);
  stored.password_hash = RecordFields{*record}.text("password_hash");
  stored.generation = record->generation;
  co_return stored;
}

Task<Result<StoredUser>> UserStore::find_by_email(std::string email) {
  auto claim = co_await find_record(store_, email_key(email));
  if (!claim) co_return claim.error();
  if (!*claim) co_return no_account();
  UserId holder{RecordFields{**claim}.text("user_id")};
  auto stored = co_await get(std::move(holder));
  if (!stored) co_return stored.error();
  // A claim without an account may point at somebody else's.
  if (normalise_email(stored->user.email) != normalise_email(email)) co_return no_account();
  co_return stored;
}

Task<Result<void>> UserStore::update(User user, std::uint32_t expect_generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.expect_generation = expect_generation;
  kv::Bins bins = encode_changeable(user);
  auto written = co_await store_.put(user_key(user.id), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> UserStore::set_last_login(UserId id, Timestamp at) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.durable = false;  // nothing rests on it
  options.only_if.push_back(kv::Condition{kUserState, kv::Compare::NotEqual, kv::Value{kClosed}});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::set("last_login", to_value(at)));
  auto done = co_await store_.operate(user_key(id), std::move(ops), std::move(options));
  if (done) co_return Result<void>{};
  const ErrorKind kind = done.error().kind;
  if (kind == ErrorKind::NotFound || kind == ErrorKind::ConditionFailed) co_return no_account();
  co_return done.error();
}

Task<Result<void>> UserStore::close(UserId id) {
  // The whole record gives way, so that nothing of the person stays.
  for (int attempt = 0; attempt < kMaxUserAttempts; ++attempt) {
    auto record = co_await find_record(store_, user_key(id));
    if (!record) co_return record.error();
    if (!*record) co_return no_account();
    if (!is_open(**record)) co_return Result<void>{};
    auto written = co_await write_over(store_, user_key(id), tombstone(), generation_of(*record));
    if (written || written.error().kind != ErrorKind::AlreadyExists) co_return written;
  }
  co_return unavailable("The account is being changed; please try again.");
}

Task<Result<UserPage>> UserStore::list(std::string cursor, std::size_t limit) {
  auto page = co_await store_.scan(kUserSet, std::move(cursor), limit);
  if (!page) co_return page.error();
  UserPage users;
  for (const kv::Entry& entry : page->entries)
    if (is_open(entry.record)) users.users.push_back(decode_user(entry.key.id, entry.record));
  users.cursor = std::move(page->cursor);
  co_return users;
}

}  // namespace qm::shop
