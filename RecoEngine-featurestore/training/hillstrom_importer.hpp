// The MineThatData e-mail challenge (K. Hillstrom, 2008) as events: 64,000 customers of a shop, of whom a third got an
// e-mail about its men's goods, a third one about its women's goods, and a third none, by lot; and who came within the
// two weeks after it, and bought. Streamed.
//
// The file tells no ids and no days. So a customer is the row's number, everything is told from the moment of the
// campaign on, and what has no moment gets one:
//   history   order_placed, `recency` times 30 days before the campaign: what the year before brought, in one order
//   segment   nudge_delivered by e-mail, at the campaign, to those who got one; the nudge names which
//   visit     session_started a week after the campaign
//   spend     order_placed ten minutes after that, where `conversion` is 1
#pragma once
#include <functional>
#include <istream>
#include <string>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

inline constexpr std::string_view kHillstromHeader =
    "recency,history_segment,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend";

// How long before and after the campaign the events are.
inline constexpr std::chrono::days kHillstromBefore{12 * 30}, kHillstromAfter{14};

// → customers. `tell` gets each one's events, in time order. Rejected, naming the line, for another header or a line
// that does not fit.
Result<std::int64_t> read_hillstrom(std::istream& csv, Timestamp campaign,
                                    const std::function<void(const Event&)>& tell);

// The same from a file, packed with gzip or not. NotFound when it is not there.
Result<std::int64_t> import_hillstrom(const std::string& path, Timestamp campaign,
                                      const std::function<void(const Event&)>& tell);

// Whether the file begins as this dataset does. NotFound when it is not there.
Result<bool> is_hillstrom(const std::string& path);

}  // namespace qm::reco
