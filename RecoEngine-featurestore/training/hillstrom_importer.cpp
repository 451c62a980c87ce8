#include "RecoEngine-featurestore/training/hillstrom_importer.hpp"

#include <charconv>
#include <cmath>

#include "platform/csv/csv.hpp"
#include "platform/csv/gzip_file.hpp"

namespace qm::reco {

namespace {

using std::chrono::days;

enum Column : std::size_t { Recency = 0, History = 2, Segment = 8, Visited = 9, Converted = 10, Spend = 11, Columns };
constexpr days kVisitAfter{7};
constexpr std::chrono::minutes kOrderAfter{10};

struct Row {
  int recency_months = 0;
  Money history, spend;
  std::string_view email;  // "mens", "womens"; empty: none
  bool visited = false, converted = false;
};

std::optional<Money> amount(const std::string& text) {
  constexpr double kLargest = 1e6;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= kLargest))
    return std::nullopt;
  return Money{std::llround(value * 100)};
}

// What is wrong with the line; empty: nothing.
std::string read_row(const std::vector<std::string>& fields, Row& row) {
  if (fields.size() != Columns) return "it has another number of fields";
  const std::string& months = fields[Recency];
  const auto [end, error] = std::from_chars(months.data(), months.data() + months.size(), row.recency_months);
  if (error != std::errc{} || end != months.data() + months.size() || row.recency_months < 1 ||
      row.recency_months * 30 > kHillstromBefore.count())
    return "the recency is no number of months from 1 to 12";
  const auto history = amount(fields[History]), spend = amount(fields[Spend]);
  if (!history || !spend) return "what was spent is no amount";
  row.history = *history;
  row.spend = *spend;
  const std::string& segment = fields[Segment];
  if (segment != "Mens E-Mail" && segment != "Womens E-Mail" && segment != "No E-Mail") return "the segment is unknown";
  row.email = segment == "Mens E-Mail" ? "mens" : segment == "Womens E-Mail" ? "womens" : "";
  for (const auto column : {Visited, Converted})
    if (fields[column] != "0" && fields[column] != "1") return "visit or conversion is neither 0 nor 1";
  row.visited = fields[Visited] == "1";
  row.converted = fields[Converted] == "1";
  return {};
}

class RowTeller {
 public:
  RowTeller(std::int64_t number, Timestamp campaign, const std::function<void(const Event&)>& tell)
      : customer_("hillstrom_" + std::to_string(number)), campaign_(campaign), tell_(tell) {}

  void tell(const Row& row) const {
    order("_before", campaign_ - days{30 * row.recency_months}, row.history);
    if (!row.email.empty()) {
      Event email = event("_email", EventType::nudge_delivered, campaign_);
      email.data.nudge_id = customer_ + "_" + std::string{row.email};
      email.data.channel = Channel::email;
      tell_(email);
    }
    if (row.visited) {
      Event visit = event("_visit", EventType::session_started, campaign_ + kVisitAfter);
      visit.data.session_id = customer_ + "_session";
      tell_(visit);
    }
    if (row.converted) order("_after", campaign_ + kVisitAfter + kOrderAfter, row.spend);
  }

 private:
  Event event(const char* what, EventType type, Timestamp at) const {
    Event made;
    made.id = EventId{customer_ + what};
    made.type = type;
    made.user_id = UserId{customer_};
    made.at = at;
    return made;
  }
  void order(const char* what, Timestamp at, Money total) const {
    Event made = event(what, EventType::order_placed, at);
    made.data.order_id = made.id.str();
    made.data.amount = total;
    made.data.discount = Money{0};
    made.data.item_count = 1;
    made.data.product_ids.emplace();
    tell_(made);
  }

  const std::string customer_;
  const Timestamp campaign_;
  const std::function<void(const Event&)>& tell_;
};

}  // namespace

Result<std::int64_t> read_hillstrom(std::istream& csv, Timestamp campaign,
                                    const std::function<void(const Event&)>& tell) {
  csv::Reader reader{csv};
  const auto header = reader.next();
  std::string names;
  if (header)
    for (const auto& field : header->fields) names += (names.empty() ? "" : ",") + field;
  if (names != kHillstromHeader) return rejected("The header is not that of the MineThatData e-mail challenge.");
  std::int64_t customers = 0;
  while (const auto record = reader.next()) {
    Row row;
    const std::string wrong = record->fault.empty() ? read_row(record->fields, row) : record->fault;
    if (!wrong.empty())
      return rejected("Line " + std::to_string(record->line) + " of the dataset cannot be read: " + wrong + ".");
    RowTeller{++customers, campaign, tell}.tell(row);
  }
  return customers;
}

Result<std::int64_t> import_hillstrom(const std::string& path, Timestamp campaign,
                                      const std::function<void(const Event&)>& tell) {
  auto file = csv::GzipFile::open(path);
  if (!file) return file.error();
  auto customers = read_hillstrom(file->stream(), campaign, tell);
  if (!file->fault().empty()) return rejected(path + " is damaged: " + file->fault() + ".");
  return customers;
}

Result<bool> is_hillstrom(const std::string& path) {
  auto file = csv::GzipFile::open(path);
  if (!file) return file.error();
  std::string start(kHillstromHeader.size(), '\0');
  file->stream().read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == kHillstromHeader;
}

}  // namespace qm::reco
