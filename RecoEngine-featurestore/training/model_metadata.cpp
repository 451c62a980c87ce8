#include "RecoEngine-featurestore/training/model_metadata.hpp"

#include "platform/core/fnv1a.hpp"
#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kShortHash = 8;

// "2026-11-24T10:15:00.000Z" → "20261124-101500000".
std::string compact(Timestamp at) {
  std::string digits;
  for (const char c : to_rfc3339(at)) {
    if (c == 'T') digits += '-';
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

}  // namespace

std::string print_metadata(const ModelMetadata& metadata) { return json::print(metadata) + "\n"; }

Result<ModelMetadata> parse_metadata(std::string_view text) {
  auto metadata = json::parse<ModelMetadata>(text, "metadata");
  if (!metadata) return rejected("The metadata of the model cannot be read.");
  return std::move(*metadata);
}

std::string to_hex(std::uint64_t hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = kDigits[(hash >> (60 - 4 * i)) & 15];
  return text;
}

std::string make_version(Timestamp created_at, std::string_view model, std::string_view job_id) {
  const std::uint64_t hash = fnv1a(job_id, fnv1a(model));
  return "v" + compact(created_at) + "-" + to_hex(hash).substr(0, kShortHash);
}

}  // namespace qm::reco
