#include "platform/aerospike/result_code.hpp"

namespace qm::aerospike {

std::string_view to_text(ResultCode code) {
  switch (code) {
    case ResultCode::Ok: return "ok";
    case ResultCode::ServerError: return "server error";
    case ResultCode::NotFound: return "record not found";
    case ResultCode::GenerationMismatch: return "generation mismatch";
    case ResultCode::InvalidRequest: return "invalid request";
    case ResultCode::RecordExists: return "record exists";
    case ResultCode::BinExists: return "bin exists";
    case ResultCode::ClusterChanged: return "cluster changed";
    case ResultCode::ServerFull: return "server out of space";
    case ResultCode::Timeout: return "timeout on the server";
    case ResultCode::AlwaysForbidden: return "forbidden by configuration";
    case ResultCode::PartitionUnavailable: return "partition unavailable";
    case ResultCode::BinType: return "bin of another type";
    case ResultCode::RecordTooBig: return "record too big";
    case ResultCode::RecordBusy: return "record busy";
    case ResultCode::ScanAborted: return "scan aborted";
    case ResultCode::Unsupported: return "unsupported feature";
    case ResultCode::BinNotFound: return "bin not found";
    case ResultCode::DeviceOverload: return "device overload";
    case ResultCode::KeyMismatch: return "stored key differs";
    case ResultCode::NamespaceNotFound: return "namespace not found";
    case ResultCode::BinName: return "bin name too long";
    case ResultCode::Forbidden: return "forbidden at this time";
    case ResultCode::ElementNotFound: return "element not found";
    case ResultCode::ElementExists: return "element exists";
    case ResultCode::EnterpriseOnly: return "enterprise feature";
    case ResultCode::NotApplicable: return "operation not applicable";
    case ResultCode::FilteredOut: return "filtered out";
    case ResultCode::LostConflict: return "lost conflict";
    case ResultCode::InvalidEncoding: return "invalid encoding";
    case ResultCode::XdrKeyBusy: return "key busy with replication";
    case ResultCode::QueryEnd: return "end of query";
    case ResultCode::SecurityNotSupported: return "security not supported";
    case ResultCode::SecurityNotEnabled: return "security not enabled";
    case ResultCode::SecurityScheme: return "security scheme not supported";
    case ResultCode::InvalidCommand: return "invalid command";
    case ResultCode::InvalidField: return "invalid field";
    case ResultCode::IllegalState: return "illegal state";
    case ResultCode::InvalidUser: return "invalid user";
    case ResultCode::UserExists: return "user exists";
    case ResultCode::InvalidPassword: return "invalid password";
    case ResultCode::ExpiredPassword: return "expired password";
    case ResultCode::ForbiddenPassword: return "forbidden password";
    case ResultCode::InvalidCredential: return "invalid credential";
    case ResultCode::ExpiredSession: return "expired session";
    case ResultCode::InvalidRole: return "invalid role";
    case ResultCode::RoleExists: return "role exists";
    case ResultCode::InvalidPrivilege: return "invalid privilege";
    case ResultCode::InvalidWhitelist: return "invalid whitelist";
    case ResultCode::QuotasNotEnabled: return "quotas not enabled";
    case ResultCode::InvalidQuota: return "invalid quota";
    case ResultCode::NotAuthenticated: return "not authenticated";
    case ResultCode::RoleViolation: return "role violation";
    case ResultCode::NotWhitelisted: return "address not whitelisted";
    case ResultCode::QuotaExceeded: return "quota exceeded";
    case ResultCode::Udf: return "user function failed";
    case ResultCode::TransactionBlocked: return "blocked by a transaction";
    case ResultCode::TransactionVersion: return "transaction version mismatch";
    case ResultCode::TransactionExpired: return "transaction expired";
    case ResultCode::TransactionTooManyWrites: return "too many writes in a transaction";
    case ResultCode::TransactionCommitted: return "transaction already committed";
    case ResultCode::TransactionAborted: return "transaction already aborted";
    case ResultCode::TransactionLocked: return "record locked by this transaction";
    case ResultCode::TransactionExists: return "transaction already started";
    case ResultCode::BatchDisabled: return "batch disabled";
    case ResultCode::BatchTooLarge: return "batch too large";
    case ResultCode::BatchQueuesFull: return "batch queues full";
    case ResultCode::InvalidGeoJson: return "invalid GeoJSON";
    case ResultCode::IndexExists: return "index exists";
    case ResultCode::IndexNotFound: return "index not found";
    case ResultCode::IndexOutOfMemory: return "index out of memory";
    case ResultCode::IndexNotReadable: return "index not readable yet";
    case ResultCode::IndexError: return "index error";
    case ResultCode::IndexNameTooLong: return "index name too long";
    case ResultCode::TooManyIndexes: return "too many indexes";
    case ResultCode::QueryAborted: return "query aborted";
    case ResultCode::QueryQueueFull: return "query queue full";
    case ResultCode::QueryTimeout: return "query timeout";
    case ResultCode::QueryError: return "query error";
  }
  return "unknown result code";
}

ErrorKind error_kind_of(ResultCode code) {
  switch (code) {
    case ResultCode::NotFound:
    case ResultCode::IndexNotFound: return ErrorKind::NotFound;
    case ResultCode::RecordExists:
    case ResultCode::IndexExists: return ErrorKind::AlreadyExists;
    case ResultCode::GenerationMismatch: return ErrorKind::GenerationMismatch;
    case ResultCode::FilteredOut: return ErrorKind::ConditionFailed;
    case ResultCode::RecordTooBig:
    case ResultCode::BatchTooLarge: return ErrorKind::TooLarge;
    case ResultCode::Timeout:
    case ResultCode::QueryTimeout: return ErrorKind::Timeout;
    case ResultCode::BinType:
    case ResultCode::BinExists:
    case ResultCode::BinNotFound:
    case ResultCode::ElementNotFound:
    case ResultCode::ElementExists:
    case ResultCode::NotApplicable:
    case ResultCode::KeyMismatch: return ErrorKind::Conflict;
    // What an operator or time can put right.
    case ResultCode::ServerError:
    case ResultCode::ClusterChanged:
    case ResultCode::ServerFull:
    case ResultCode::PartitionUnavailable:
    case ResultCode::RecordBusy:
    case ResultCode::ScanAborted:
    case ResultCode::DeviceOverload:
    case ResultCode::NamespaceNotFound:
    case ResultCode::Forbidden:
    case ResultCode::LostConflict:
    case ResultCode::XdrKeyBusy:
    case ResultCode::SecurityNotSupported:
    case ResultCode::SecurityNotEnabled:
    case ResultCode::InvalidUser:
    case ResultCode::InvalidPassword:
    case ResultCode::ExpiredPassword:
    case ResultCode::ForbiddenPassword:
    case ResultCode::InvalidCredential:
    case ResultCode::ExpiredSession:
    case ResultCode::NotAuthenticated:
    case ResultCode::RoleViolation:
    case ResultCode::NotWhitelisted:
    case ResultCode::QuotaExceeded:
    case ResultCode::TransactionBlocked:
    case ResultCode::BatchDisabled:
    case ResultCode::BatchQueuesFull:
    case ResultCode::IndexOutOfMemory:
    case ResultCode::IndexNotReadable:
    case ResultCode::IndexError:
    case ResultCode::TooManyIndexes:
    case ResultCode::QueryAborted:
    case ResultCode::QueryQueueFull:
    case ResultCode::QueryError: return ErrorKind::Unavailable;
    default: return ErrorKind::Internal;  // this client sent what it should not have sent
  }
}

bool is_retryable(ResultCode code) {
  switch (code) {
    case ResultCode::PartitionUnavailable:
    case ResultCode::DeviceOverload:
    case ResultCode::RecordBusy:
    case ResultCode::BatchQueuesFull:
    case ResultCode::IndexNotReadable:
    case ResultCode::QueryQueueFull: return true;
    default: return false;
  }
}

}  // namespace qm::aerospike
