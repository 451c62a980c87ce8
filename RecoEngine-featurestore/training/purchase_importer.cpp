#include "RecoEngine-featurestore/training/purchase_importer.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "platform/core/fnv1a.hpp"
#include "platform/csv/csv.hpp"
#include "platform/csv/gzip_file.hpp"

namespace qm::reco {

namespace {

using Fields = std::vector<std::string>;

const Fields kOnlineRetail{"invoice",      "stock_code", "description", "quantity",
                           "invoice_date", "unit_price", "customer_id", "country"};
const Fields kCdnow{"masterid", "sampleid", "date", "cds", "sales"};

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "6.95" → 69500: ten thousandths, enough for every price there is. Further digits are cut off.
std::optional<std::int64_t> ten_thousandths(std::string_view text) {
  constexpr std::size_t kDigits = 4;
  constexpr std::int64_t kLargest = 100'000'000'000;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto units = whole(text.substr(0, point));
  if (!units || *units < 0 || *units > kLargest) return std::nullopt;
  std::string fraction{point == std::string_view::npos ? "" : text.substr(point + 1)};
  if (fraction.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  fraction.resize(kDigits, '0');
  const std::int64_t value = *units * 10'000 + *whole(fraction);
  return negative ? -value : value;
}

std::optional<Timestamp> moment(std::string_view year, std::string_view month, std::string_view day,
                                std::string_view time) {
  const auto y = whole(year), m = whole(month), d = whole(day);
  if (!y || !m || !d) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*y)},
                                         std::chrono::month{static_cast<unsigned>(*m)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  Timestamp at = std::chrono::sys_days{date};
  if (time.empty()) return at;
  if (time.size() != 8 || time[2] != ':' || time[5] != ':') return std::nullopt;
  const auto h = whole(time.substr(0, 2)), min = whole(time.substr(3, 2)), s = whole(time.substr(6, 2));
  if (!h || !min || !s || *h > 23 || *min > 59 || *s > 59) return std::nullopt;
  return at + std::chrono::hours{*h} + std::chrono::minutes{*min} + std::chrono::seconds{*s};
}

std::string fit_for_ids(std::string text) {
  for (char& c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool fits = is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!fits) c = '_';
  }
  return text;
}

// Names for products that the dataset calls by their description only.
class ProductNames {
 public:
  std::string of(const std::string& stock_code, std::string description) {
    while (!description.empty() && description.back() == ' ') description.pop_back();
    description.erase(0, description.find_first_not_of(' '));
    if (!stock_code.empty()) {
      std::string id = fit_for_ids(stock_code);
      if (!description.empty()) by_description_.emplace(std::move(description), id);
      return id;
    }
    if (description.empty()) return {};
    const auto known = by_description_.find(description);
    return known == by_description_.end() ? "named-" + std::to_string(fnv1a(description)) : known->second;
  }

 private:
  std::map<std::string, std::string> by_description_;
};

// A line that has a customer.
struct Line {
  Timestamp at{};
  std::int64_t ten_thousandths = 0;
  std::int64_t items = 0;
  std::string product;  // empty: not told
};

// Sums in ten thousandths until all lines of a moment are there.
struct Sum {
  std::int64_t ten_thousandths = 0;
  std::int64_t lines = 0;
  std::int64_t items = 0;
  std::vector<std::string> products;
};

class Collector {
 public:
  void buy(const std::string& customer, Line line) { add(bought_[customer][line.at], std::move(line)); }
  void give_back(const std::string& customer, Line line) {
    add(returned_[customer][line.at], std::move(line));
    bought_[customer];
  }

  PurchaseData finish(PurchaseData data) {
    data.first = first_;
    data.last = last_;
    for (const auto& [customer, moments] : bought_) {
      PurchaseHistory history{customer, in_order(moments), {}};
      if (const auto returns = returned_.find(customer); returns != returned_.end())
        history.returns = in_order(returns->second);
      data.customers.push_back(std::move(history));
    }
    data.hash = hash_of(data);
    return data;
  }

 private:
  using Moments = std::map<Timestamp, Sum>;

  void add(Sum& sum, Line line) {
    sum.ten_thousandths += line.ten_thousandths;
    sum.items += line.items;
    ++sum.lines;
    first_ = seen_ ? std::min(first_, line.at) : line.at;
    last_ = seen_ ? std::max(last_, line.at) : line.at;
    seen_ = true;
    const bool tells = !line.product.empty() && sum.products.size() < kMaxProductsOfPurchase;
    if (tells && std::ranges::find(sum.products, line.product) == sum.products.end())
      sum.products.push_back(std::move(line.product));
  }

  static std::vector<Purchase> in_order(const Moments& moments) {
    std::vector<Purchase> made;
    for (const auto& [at, sum] : moments)
      made.push_back({at, Money{(sum.ten_thousandths + 50) / 100}, sum.lines, sum.items, sum.products});
    return made;
  }

  static std::uint64_t hash_of(const PurchaseData& data) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
    const auto mix = [&](std::uint64_t word) {
      for (int byte = 0; byte < 8; ++byte) hash = (hash ^ ((word >> (8 * byte)) & 255)) * 0x100000001b3ULL;
    };
    for (const auto& history : data.customers) {
      for (const char c : history.customer) mix(static_cast<unsigned char>(c));
      for (const auto* list : {&history.purchases, &history.returns}) {
        mix(list->size());
        for (const Purchase& p : *list) {
          mix(static_cast<std::uint64_t>(p.at.time_since_epoch().count()));
          mix(static_cast<std::uint64_t>(p.amount.minor()));
          mix(static_cast<std::uint64_t>(p.lines));
        }
      }
    }
    return hash;
  }

  std::map<std::string, Moments> bought_, returned_;
  Timestamp first_{}, last_{};
  bool seen_ = false;
};

// What is wrong with the line; empty: nothing.
std::string take_online_retail(const Fields& fields, PurchaseData& data, Collector& collector, ProductNames& names) {
  const auto quantity = whole(fields[3]);
  const auto price = ten_thousandths(fields[5]);
  const std::string_view date = fields[4];
  const auto at = date.size() < 10 || date[4] != '-' || date[7] != '-' || (date.size() > 10 && date[10] != ' ')
                      ? std::nullopt
                      : moment(date.substr(0, 4), date.substr(5, 2), date.substr(8, 2),
                               date.size() > 10 ? date.substr(11) : std::string_view{});
  if (!quantity || *quantity > 1'000'000 || *quantity < -1'000'000) return "the quantity is no whole number in range";
  if (!price) return "the unit price is no amount";
  if (!at) return "the date is none";
  std::string product = names.of(fields[1], fields[2]);
  if (fields[6].empty()) {
    ++data.lines_without_customer;
  } else if (*quantity < 0) {
    collector.give_back(fields[6], {*at, -*quantity * *price, -*quantity, std::move(product)});
  } else if (*quantity == 0 || *price <= 0) {
    ++data.lines_without_price;
  } else {
    collector.buy(fields[6], {*at, *quantity * *price, *quantity, std::move(product)});
  }
  return {};
}

std::string take_cdnow(const Fields& fields, PurchaseData& data, Collector& collector) {
  const auto amount = ten_thousandths(fields[4]);
  const auto discs = whole(fields[3]);
  const std::string_view date = fields[2];
  const auto at = date.size() != 8 ? std::nullopt : moment(date.substr(0, 4), date.substr(4, 2), date.substr(6, 2), {});
  if (!at) return "the date is none";
  if (!amount || *amount < 0) return "the sales are no amount";
  if (!discs || *discs < 0 || *discs > 1'000'000) return "the number of CDs is none";
  if (fields[0].empty()) {
    ++data.lines_without_customer;
  } else {
    collector.buy(fields[0], {*at, *amount, *discs, {}});
  }
  return {};
}

Error at_line(std::int64_t line, const std::string& what) {
  return rejected("Line " + std::to_string(line) + " of the dataset cannot be read: " + what + ".");
}

}  // namespace

Result<PurchaseData> read_purchases(std::istream& csv) {
  csv::Reader reader{csv};
  const auto header = reader.next();
  if (!header || (header->fields != kOnlineRetail && header->fields != kCdnow))
    return rejected("The header is neither that of Online Retail II nor that of CDNOW.");
  const bool retail = header->fields == kOnlineRetail;
  PurchaseData data;
  data.name = retail ? "Online Retail II" : "CDNOW";
  data.short_name = retail ? "online_retail_ii" : "cdnow";
  Collector collector;
  ProductNames names;
  while (const auto record = reader.next()) {
    if (!record->fault.empty()) return at_line(record->line, record->fault);
    if (record->fields.size() != header->fields.size()) return at_line(record->line, "it has another number of fields");
    if (++data.lines > kMaxDatasetLines) return at_line(record->line, "there are too many lines");
    const std::string wrong = retail ? take_online_retail(record->fields, data, collector, names)
                                     : take_cdnow(record->fields, data, collector);
    if (!wrong.empty()) return at_line(record->line, wrong);
  }
  return collector.finish(std::move(data));
}

Result<PurchaseData> import_purchases(const std::string& path) {
  auto file = csv::GzipFile::open(path);
  if (!file) return file.error();
  auto data = read_purchases(file->stream());
  if (!file->fault().empty()) return rejected(path + " is damaged: " + file->fault() + ".");
  return data;
}

}  // namespace qm::reco
