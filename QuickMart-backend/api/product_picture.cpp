#include "QuickMart-backend/api/product_picture.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace qm::shop {
namespace {

constexpr std::string_view kSuffix = ".svg";
constexpr std::size_t kLineChars = 24;
constexpr std::size_t kMaxLines = 2;

using Entry = std::pair<std::string_view, std::string_view>;

// Shapes in a field of 100 × 100, drawn with one stroke; by what the subcategory's name contains.
constexpr std::array kShapes{
    Entry{"phone", R"(<rect x="30" y="8" width="40" height="84" rx="8"/><path d="M44 82h12"/>)"},
    Entry{"laptop", R"(<rect x="18" y="20" width="64" height="44" rx="4"/><path d="M8 76h84l-6 8H14z"/>)"},
    Entry{"tablet", R"(<rect x="22" y="10" width="56" height="80" rx="6"/><circle cx="50" cy="82" r="2"/>)"},
    Entry{
        "audio",
        R"(<path d="M16 60V50a34 34 0 0 1 68 0v10"/><rect x="10" y="58" width="16" height="28" rx="7"/><rect x="74" y="58" width="16" height="28" rx="7"/>)"},
    Entry{"tv", R"(<rect x="8" y="18" width="84" height="52" rx="4"/><path d="M34 84h32M50 70v14"/>)"},
    Entry{
        "camera",
        R"(<rect x="10" y="28" width="80" height="54" rx="8"/><circle cx="50" cy="55" r="18"/><circle cx="50" cy="55" r="8"/><path d="M34 28l6-10h20l6 10"/>)"},
    Entry{
        "wearable",
        R"(<rect x="28" y="28" width="44" height="44" rx="12"/><path d="M36 28l4-20h20l4 20M36 72l4 20h20l4-20M50 40v12l8 5"/>)"},
    Entry{
        "gaming",
        R"(<path d="M28 32h44c16 0 22 20 20 38-1 10-12 10-17 2l-8-12H33l-8 12c-5 8-16 8-17-2-2-18 4-38 20-38zM30 40v12M24 46h12"/><circle cx="68" cy="42" r="3"/><circle cx="76" cy="50" r="3"/>)"},
    Entry{"shoe", R"(<path d="M10 66V42c8 6 16 6 20-2l26 20c8 4 34 2 34 14v6H10zM40 46l-5 6M48 52l-5 6"/>)"},
    Entry{"jacket", R"(<path d="M36 12l14 10 14-10 18 10 8 62H74l-2-30v34H28V58l-2 30H10l8-62zM50 22v70"/>)"},
    Entry{"dress", R"(<path d="M38 8v14l-6 22 8 6-18 42h56L60 50l8-6-6-22V8M38 22c6 8 18 8 24 0"/>)"},
    Entry{"pants", R"(<path d="M30 8h40l8 84H60L50 36 40 92H22zM30 18h40"/>)"},
    Entry{"accessor",
          R"(<rect x="16" y="36" width="68" height="52" rx="8"/><path d="M34 36V28a16 16 0 0 1 32 0v8M16 56h68"/>)"},
    Entry{"shirt", R"(<path d="M36 12c6 8 22 8 28 0l26 14-8 20-12-5v47H30V41l-12 5-8-20z"/>)"},
    Entry{
        "kitchen",
        R"(<path d="M16 44h60v26a16 16 0 0 1-16 16H32a16 16 0 0 1-16-16zM76 52h16M30 34c-4-6 4-8 0-16M46 34c-4-6 4-8 0-16M62 34c-4-6 4-8 0-16"/>)"},
    Entry{"furniture", R"(<path d="M30 10h40v40H30zM24 50h52v12H24zM28 62l-4 30M72 62l4 30"/>)"},
    Entry{"light", R"(<path d="M34 10h32l14 36H20zM50 46v38M32 88h36"/>)"},
    Entry{
        "garden",
        R"(<path d="M28 60h44l-6 32H34zM50 60V36M50 44c-18 0-22-14-22-22 14 0 22 8 22 22zM50 38c0-16 8-24 24-24 0 12-8 24-24 24z"/>)"},
    Entry{
        "bed",
        R"(<path d="M8 84V40h84v44M8 70h84M18 40V26a8 8 0 0 1 8-8h48a8 8 0 0 1 8 8v14"/><rect x="26" y="30" width="20" height="12" rx="4"/><rect x="54" y="30" width="20" height="12" rx="4"/>)"},
    Entry{
        "music",
        R"(<circle cx="50" cy="50" r="42"/><circle cx="50" cy="50" r="16"/><circle cx="50" cy="50" r="3"/><path d="M50 18a32 32 0 0 1 32 32"/>)"},
    Entry{
        "film",
        R"(<rect x="12" y="36" width="76" height="50" rx="4"/><path d="M12 36l72-18 4 14-76 18M30 32l8 10M50 27l8 10M68 22l8 10"/>)"},
    Entry{
        "yoga",
        R"(<rect x="16" y="30" width="50" height="40" rx="4"/><circle cx="70" cy="50" r="20"/><circle cx="70" cy="50" r="11"/><circle cx="70" cy="50" r="3"/>)"},
    Entry{
        "cycling",
        R"(<circle cx="24" cy="66" r="18"/><circle cx="76" cy="66" r="18"/><path d="M24 66l16-30h24l12 30M40 36l12 30H24M52 66l14-36h10M34 30h12"/>)"},
    Entry{"outdoor", R"(<path d="M8 86L50 14l42 72zM36 86l14-28 14 28"/>)"},
    Entry{
        "team",
        R"(<circle cx="50" cy="50" r="42"/><path d="M50 32l17 12-6 20H39l-6-20zM50 8v24M67 44l23-8M61 64l14 20M39 64L25 84M33 44l-23-8"/>)"},
};

// Where no subcategory is known.
constexpr std::array kCategoryShapes{
    Entry{
        "electronics",
        R"(<rect x="24" y="24" width="52" height="52" rx="6"/><path d="M38 24V10M50 24V10M62 24V10M38 90V76M50 90V76M62 90V76M24 38H10M24 50H10M24 62H10M90 38H76M90 50H76M90 62H76"/>)"},
    Entry{"clothing", R"(<path d="M50 30c0-8 10-8 10-16S46 6 42 14M50 30L8 70c-4 6 0 10 6 10h72c6 0 10-4 6-10z"/>)"},
    Entry{"home_garden", R"(<path d="M10 50L50 14l40 36M20 42v46h60V42M42 88V62h16v26"/>)"},
    Entry{"books_media",
          R"(<path d="M50 24C40 14 24 14 10 18v64c14-4 30-4 40 6 10-10 26-10 40-6V18c-14-4-30-4-40 6zM50 24v64"/>)"},
    Entry{
        "sports_fitness",
        R"(<path d="M28 50h44"/><rect x="18" y="26" width="12" height="48" rx="4"/><rect x="70" y="26" width="12" height="48" rx="4"/><path d="M8 38v24M92 38v24"/>)"},
};
constexpr std::string_view kParcel =
    R"(<path d="M12 32l38-20 38 20v40L50 92 12 72zM12 32l38 20 38-20M50 52v40M31 22l38 20"/>)";

std::string_view shape_of(const Product& product) {
  if (product.subcategory)
    for (const auto& [part, shape] : kShapes)
      if (product.subcategory->find(part) != std::string::npos) return shape;
  for (const auto& [category, shape] : kCategoryShapes)
    if (product.category.str() == category) return shape;
  return kParcel;
}

constexpr std::string_view kPicture = R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" role="img">
<title>@title@</title>
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="hsl(@hue@,55%,92%)"/><stop offset="1" stop-color="hsl(@hue2@,50%,80%)"/>
</linearGradient></defs>
<rect width="480" height="480" fill="url(#g)"/>
<circle cx="@x@" cy="@y@" r="150" fill="#fff" opacity=".35"/>
<g transform="translate(120 70) scale(2.4)" fill="none" stroke="hsl(@hue@,45%,32%)" stroke-width="2.6"
   stroke-linejoin="round" stroke-linecap="round">@shape@</g>
<g font-family="system-ui,sans-serif" text-anchor="middle" fill="hsl(@hue@,45%,22%)">@lines@
<text x="240" y="@below@" font-size="20" opacity=".7">@brand@</text></g>
</svg>
)svg";

std::uint32_t hash_of(std::string_view text) {  // FNV-1a: the same everywhere
  std::uint32_t hash = 2166136261U;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

// At most kMaxLines lines, broken between words.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines{""};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > kLineChars) {
      if (lines.size() == kMaxLines) {
        lines.back() += " …";
        break;
      }
      lines.emplace_back();
    }
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

// One pass, so that what is filled in is never itself taken for a place to fill.
std::string filled_in(std::string_view text, const std::map<std::string_view, std::string>& values) {
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find('@');
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    const std::size_t end = text.find('@', at + 1);
    out += values.at(text.substr(at, end - at + 1));
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::string picture_address(const ProductId& id) { return "/api/pictures/" + id.str() + std::string{kSuffix}; }

std::optional<ProductId> product_of_picture(std::string_view file_name) {
  if (!file_name.ends_with(kSuffix)) return std::nullopt;
  auto id = ProductId::parse(file_name.substr(0, file_name.size() - kSuffix.size()));
  return id ? std::optional{*id} : std::nullopt;
}

std::string draw_picture(const Product& product) {
  const std::uint32_t hash = hash_of(product.id.str());
  // One hue per category, moved a little for each product.
  const std::uint32_t hue = (hash_of(product.category.str()) % 360 + hash % 40) % 360;
  std::string text;
  std::uint32_t baseline = 372;
  for (const std::string& line : lines_of(product.name)) {
    text += "<text x=\"240\" y=\"" + std::to_string(baseline) + "\" font-size=\"27\" font-weight=\"600\">" +
            escaped(line) + "</text>";
    baseline += 34;
  }
  return filled_in(kPicture, {{"@title@", escaped(product.name)},
                              {"@brand@", escaped(product.brand)},
                              {"@hue@", std::to_string(hue)},
                              {"@hue2@", std::to_string((hue + 40) % 360)},
                              {"@x@", std::to_string(80 + hash % 320)},
                              {"@y@", std::to_string(60 + hash / 320 % 240)},
                              {"@shape@", std::string{shape_of(product)}},
                              {"@lines@", text},
                              {"@below@", std::to_string(baseline + 2)}});
}

}  // namespace qm::shop
