// What the server says of a command, and how that reads to a caller. Pure; thread-safe.
#pragma once
#include <cstdint>
#include <string_view>

#include "platform/core/error.hpp"

namespace qm::aerospike {

// A byte of every reply. A server may send codes that are not listed; they travel unchanged.
enum class ResultCode : std::uint8_t {
  Ok = 0,
  ServerError = 1,
  NotFound = 2,
  GenerationMismatch = 3,
  InvalidRequest = 4,
  RecordExists = 5,
  BinExists = 6,
  ClusterChanged = 7,
  ServerFull = 8,
  Timeout = 9,
  AlwaysForbidden = 10,
  PartitionUnavailable = 11,
  BinType = 12,
  RecordTooBig = 13,
  RecordBusy = 14,
  ScanAborted = 15,
  Unsupported = 16,
  BinNotFound = 17,
  DeviceOverload = 18,
  KeyMismatch = 19,
  NamespaceNotFound = 20,
  BinName = 21,
  Forbidden = 22,
  ElementNotFound = 23,
  ElementExists = 24,
  EnterpriseOnly = 25,
  NotApplicable = 26,
  FilteredOut = 27,
  LostConflict = 28,
  InvalidEncoding = 29,
  XdrKeyBusy = 32,
  QueryEnd = 50,
  SecurityNotSupported = 51,
  SecurityNotEnabled = 52,
  SecurityScheme = 53,
  InvalidCommand = 54,
  InvalidField = 55,
  IllegalState = 56,
  InvalidUser = 60,
  UserExists = 61,
  InvalidPassword = 62,
  ExpiredPassword = 63,
  ForbiddenPassword = 64,
  InvalidCredential = 65,
  ExpiredSession = 66,
  InvalidRole = 70,
  RoleExists = 71,
  InvalidPrivilege = 72,
  InvalidWhitelist = 73,
  QuotasNotEnabled = 74,
  InvalidQuota = 75,
  NotAuthenticated = 80,
  RoleViolation = 81,
  NotWhitelisted = 82,
  QuotaExceeded = 83,
  Udf = 100,
  TransactionBlocked = 120,
  TransactionVersion = 121,
  TransactionExpired = 122,
  TransactionTooManyWrites = 123,
  TransactionCommitted = 124,
  TransactionAborted = 125,
  TransactionLocked = 126,
  TransactionExists = 127,
  BatchDisabled = 150,
  BatchTooLarge = 151,
  BatchQueuesFull = 152,
  InvalidGeoJson = 160,
  IndexExists = 200,
  IndexNotFound = 201,
  IndexOutOfMemory = 202,
  IndexNotReadable = 203,
  IndexError = 204,
  IndexNameTooLong = 205,
  TooManyIndexes = 206,
  QueryAborted = 210,
  QueryQueueFull = 211,
  QueryTimeout = 212,
  QueryError = 213,
};

// A few words in English, "unknown result code" for one that is not listed.
std::string_view to_text(ResultCode code);

// The kind of Error a command that failed with `code` is for its caller; `code` is not Ok. Timeout is reported as
// Timeout for a read; for a write the server itself does not know, so the caller of this function says InDoubt.
ErrorKind error_kind_of(ResultCode code);

// Whether the server refused before touching the record for a reason that may pass, so that even a write may be sent
// again (to the same or another node): the partition moved, the device or the record is overloaded.
bool is_retryable(ResultCode code);

}  // namespace qm::aerospike
