#include "platform/aerospike/result_code.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace qm::aerospike {

namespace {

TEST(AResultCode, ReadsToACallerAs) {
  const struct {
    ResultCode code;
    ErrorKind kind;
    bool retryable;
  } rows[] = {
      {ResultCode::NotFound, ErrorKind::NotFound, false},
      {ResultCode::RecordExists, ErrorKind::AlreadyExists, false},
      {ResultCode::GenerationMismatch, ErrorKind::GenerationMismatch, false},
      {ResultCode::FilteredOut, ErrorKind::ConditionFailed, false},
      {ResultCode::RecordTooBig, ErrorKind::TooLarge, false},
      {ResultCode::BinType, ErrorKind::Conflict, false},
      {ResultCode::NotApplicable, ErrorKind::Conflict, false},
      {ResultCode::Timeout, ErrorKind::Timeout, false},
      {ResultCode::PartitionUnavailable, ErrorKind::Unavailable, true},
      {ResultCode::DeviceOverload, ErrorKind::Unavailable, true},
      {ResultCode::RecordBusy, ErrorKind::Unavailable, true},
      {ResultCode::BatchQueuesFull, ErrorKind::Unavailable, true},
      {ResultCode::QueryQueueFull, ErrorKind::Unavailable, true},
      {ResultCode::IndexNotReadable, ErrorKind::Unavailable, true},
      {ResultCode::ServerFull, ErrorKind::Unavailable, false},
      {ResultCode::ServerError, ErrorKind::Unavailable, false},
      {ResultCode::NotAuthenticated, ErrorKind::Unavailable, false},
      {ResultCode::IndexNotFound, ErrorKind::NotFound, false},
      {ResultCode::InvalidRequest, ErrorKind::Internal, false},
      {ResultCode::EnterpriseOnly, ErrorKind::Internal, false},
      {static_cast<ResultCode>(254), ErrorKind::Internal, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(error_kind_of(row.code), row.kind) << to_text(row.code);
    EXPECT_EQ(is_retryable(row.code), row.retryable) << to_text(row.code);
  }
}

TEST(AResultCode, HasWordsOfItsOwn) {
  std::set<std::string> words;
  int listed = 0;
  for (int code = 0; code < 256; ++code) {
    const auto text = to_text(static_cast<ResultCode>(code));
    if (text == "unknown result code") continue;
    ++listed;
    words.emplace(text);
  }
  EXPECT_EQ(listed, 79);
  EXPECT_EQ(words.size(), 79u);
}

}  // namespace

}  // namespace qm::aerospike
