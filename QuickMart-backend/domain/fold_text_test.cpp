#include "QuickMart-backend/domain/fold_text.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

TEST(FoldText, IsTheSameForTheSameWord) {
  struct Case { const char* text; const char* folded; };
  for (const Case& each : {Case{"Café", "cafe"},
                           {"SOLÈNE", "solene"},
                           {"Straße", "strasse"},
                           {"Łódź", "lodz"},
                           {"œuvre Ærø", "oeuvre aero"},
                           {"cafe\xCC\x81", "cafe"},
                           {"a\xFFz", "az"},
                           {"x\xE2\x80\x94y", "x y"},
                           {"10–12", "10 12"},
                           {"\xC3", ""},
                           {"日本", "日本"}})
    EXPECT_EQ(fold_text(each.text), each.folded) << each.text;
}

}  // namespace
}  // namespace qm::shop
