// Exchanges as a server had them, in a text file: a line "= name" begins an exchange, "> " a request, "< " all of its
// reply; bytes are hexadecimal digits, 'text', and {first…last} for consecutive numbers of 16 bits, little endian;
// long lines go on after two blanks. Only the bytes of a request that differ from one run to the next are not as sent,
// but zero: see comparable().
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qm::aerospike::exchanges {

struct Recorded {
  std::string request;  // comparable
  std::string reply;
};

// What a client asks by itself, whenever it wants: to find nodes; and to log in, where it is to.
inline constexpr const char* kDiscovery = "discovery";
inline constexpr const char* kLogin = "login";
inline constexpr const char* kUser = "ann";

struct Recording {
  std::string server;        // its version
  std::int64_t began_s = 0;  // seconds since 1970
  std::map<std::string, std::vector<Recorded>> by_name{};
  std::vector<std::string> names{};  // in order
};

// Throws std::runtime_error when there is no such file or it makes no sense.
Recording read_recording(const std::string& path);
void write_recording(const std::string& path, const Recording& recording);

// The frame, with zero for how long the server may take and for the number that names a query.
std::string comparable(std::string frame);

// Whether the reply to this frame comes in several.
bool is_streamed(std::string_view frame);
// Whether these whole frames, a beginning of a reply, are all of it.
bool is_complete(std::string_view reply, bool streamed);

// The folder of the files that are in the repository.
std::string recorded_folder();

}  // namespace qm::aerospike::exchanges
