#include "RecoEngine-featurestore/store/feature_telling_bytes.hpp"

#include "RecoEngine-featurestore/store/packed_fields.hpp"

namespace qm::reco {

namespace {

// By the place of its type in FeatureValue, 1 on; 0: no longer known.
void write_value(PackedWriter& out, const std::optional<FeatureValue>& value) {
  if (!value) return out.number(0);
  out.number(value->index() + 1);
  struct Write {
    PackedWriter& out;
    void operator()(bool v) const { out.number(v ? 1 : 0); }
    void operator()(std::int64_t v) const { out.signed_number(v); }
    void operator()(double v) const { out.real(v); }
    void operator()(const std::string& v) const { out.text(v); }
    void operator()(const Shares& v) const {
      out.number(v.size());
      for (const auto& [category, share] : v) {
        out.text(category);
        out.real(share);
      }
    }
  };
  std::visit(Write{out}, *value);
}

std::optional<FeatureValue> read_value(PackedReader& in, std::uint64_t type) {
  switch (type) {
    case 1: return FeatureValue{in.number() != 0};
    case 2: return FeatureValue{in.signed_number()};
    case 3: return FeatureValue{in.real()};
    case 4: return FeatureValue{std::string{in.text()}};
    case 5: {
      Shares shares;
      const std::size_t count = in.size();
      for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        std::string category{in.text()};
        shares[std::move(category)] = in.real();
      }
      return FeatureValue{std::move(shares)};
    }
    default: return std::nullopt;
  }
}

}  // namespace

std::string to_bytes(const FeatureTelling& telling) {
  std::string bytes;
  PackedWriter out{bytes};
  out.signed_number(telling.at.time_since_epoch().count());
  out.number(telling.changes.size());
  for (const auto& [feature, value] : telling.changes) {
    out.text(feature_table()[feature].name);
    write_value(out, value);
  }
  return bytes;
}

std::optional<FeatureTelling> telling_from_bytes(std::string_view bytes) {
  PackedReader in{bytes};
  FeatureTelling telling;
  telling.at = Timestamp{std::chrono::milliseconds{in.signed_number()}};
  const std::size_t changes = in.size();
  for (std::size_t i = 0; i < changes && !in.failed(); ++i) {
    const std::size_t feature = find_feature(in.text());
    const std::uint64_t type = in.number();
    const auto value = read_value(in, type);
    if (type != 0 && !value) return std::nullopt;
    if (feature == kNoFeature || in.failed()) continue;
    if (!value) {
      telling.changes.emplace_back(feature, std::nullopt);
    } else if (auto accepted = accept(feature_table()[feature], *value)) {
      telling.changes.emplace_back(feature, std::move(*accepted));
    }
  }
  if (in.failed() || !in.done()) return std::nullopt;
  return telling;
}

}  // namespace qm::reco
