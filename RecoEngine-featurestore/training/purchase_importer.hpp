// Public datasets as purchase histories. Streamed: memory holds the histories, not the file.
//
//   Online Retail II (UCI, CC BY 4.0)
//   invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country
//     An order is a customer and a moment, because newer copies have no invoice numbers. Lines of a positive quantity
//     and price are bought; lines of a negative quantity come back. Lines without customer are counted and skipped.
//     A product is its stock code, or, where newer copies have none, that of the first line of the same description.
//   CDNOW (Fader, Hardie)              masterid,sampleid,date,cds,sales
//     An order per line; what costs nothing is no purchase's amount, but a purchase.
// Times have no zone and count as UTC; amounts are kept to the cent.
#pragma once
#include <istream>
#include <string>

#include "RecoEngine-featurestore/training/purchase_history.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

inline constexpr std::int64_t kMaxDatasetLines = 50'000'000;

// Which dataset it is follows from its header. Rejected, naming the line, for another header or a line that does not
// fit.
Result<PurchaseData> read_purchases(std::istream& csv);

// The same from a file, packed with gzip or not. NotFound when it is not there.
Result<PurchaseData> import_purchases(const std::string& path);

}  // namespace qm::reco
