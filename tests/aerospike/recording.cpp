#include "tests/aerospike/recording.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "platform/aerospike/reply.hpp"
#include "platform/aerospike/test_bytes.hpp"
#include "platform/aerospike/wire.hpp"

namespace qm::aerospike::exchanges {

namespace {

constexpr std::size_t kLineBytes = 112;
constexpr std::size_t kShortestText = 3;  // of what is written as text
constexpr std::size_t kShortestRun = 4;

constexpr std::size_t kBody = kFrameHeaderBytes;
constexpr std::size_t kTimeout = kBody + 14;
constexpr std::size_t kFieldCount = kBody + 18;
constexpr std::size_t kFields = kBody + 22;
constexpr char kTaskIdField = 7;

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '\'' && c != '{'; }

// How many numbers of 16 bits, little endian, stand here that each follow on the one before: the partitions of a scan.
std::size_t consecutive(std::string_view bytes) {
  const auto number = [&](std::size_t at) {
    return static_cast<std::uint8_t>(bytes[2 * at]) | static_cast<std::uint8_t>(bytes[2 * at + 1]) << 8;
  };
  std::size_t count = 1;
  while (2 * count + 1 < bytes.size() && number(count) == number(count - 1) + 1) ++count;
  return count;
}

std::string read_back(std::string_view text) {
  std::string bytes;
  while (true) {
    const auto run = text.find('{');
    bytes += bytes_of(text.substr(0, run));
    if (run == std::string_view::npos) return bytes;
    int first = 0, last = 0;
    if (std::sscanf(std::string{text.substr(run, 16)}.c_str(), "{%d…%d}", &first, &last) != 2)
      throw std::runtime_error("not a run of numbers: " + std::string{text});
    for (; first <= last; ++first) append_little(bytes, static_cast<std::uint16_t>(first));
    text.remove_prefix(text.find('}', run) + 1);
  }
}

// Written so that read_back() reads it, in lines that are not too long.
std::string written(char mark, std::string_view bytes) {
  std::string text{mark, ' '};
  std::size_t begun = 0;
  while (!bytes.empty()) {
    if (text.size() - begun > kLineBytes) {
      text += "\n  ";
      begun = text.size() - 2;
    }
    if (const auto run = consecutive(bytes); run >= kShortestRun) {
      const auto first = static_cast<std::uint8_t>(bytes[0]) | static_cast<std::uint8_t>(bytes[1]) << 8;
      text += '{' + std::to_string(first) + "…" + std::to_string(first + static_cast<int>(run) - 1) + '}';
      bytes.remove_prefix(2 * run);
      continue;
    }
    const auto end = std::find_if_not(bytes.begin(), bytes.end(), is_plain);
    const auto plain = std::min(static_cast<std::size_t>(end - bytes.begin()), kLineBytes);
    const std::size_t taken = plain < kShortestText ? 1 : plain;
    text += taken > 1 ? '\'' + std::string{bytes.substr(0, taken)} + '\'' : hex_of(bytes.substr(0, 1));
    bytes.remove_prefix(taken);
  }
  return text + '\n';
}

}  // namespace

std::string comparable(std::string frame) {
  if (frame.size() < kFields || frame[1] != static_cast<char>(FrameType::Message)) return frame;
  std::fill_n(frame.begin() + kTimeout, 4, '\0');
  std::size_t at = kFields;
  for (auto fields = load_big<std::uint16_t>(frame.data() + kFieldCount); fields > 0 && at + 5 <= frame.size();
       --fields) {
    const auto size = load_big<std::uint32_t>(frame.data() + at);
    if (frame[at + 4] == kTaskIdField && at + 4 + size <= frame.size())
      std::fill_n(frame.begin() + at + 5, size - 1, '\0');
    at += 4 + std::size_t{size};
  }
  return frame;
}

bool is_streamed(std::string_view frame) {
  constexpr char kBatch = 8, kQuery = 4;
  if (frame.size() < kFields || frame[1] != static_cast<char>(FrameType::Message)) return false;
  return (frame[kBody + 1] & kBatch) != 0 || (frame[kBody + 3] & kQuery) != 0;
}

bool is_complete(std::string_view reply, bool streamed) {
  if (!streamed) return !reply.empty();
  std::vector<StreamEntry> entries;
  while (!reply.empty()) {
    const auto header = parse_frame_header(reply).value();
    const auto end = parse_stream(reply.substr(kFrameHeaderBytes, header.size), entries).value();
    if (end.last) return true;
    reply.remove_prefix(kFrameHeaderBytes + header.size);
  }
  const auto is_end = [](const auto& e) {
    return e.code != ResultCode::Ok && e.code != ResultCode::NotFound && !e.partition_refused;
  };
  return entries.size() == 1 && is_end(entries.front());
}

Recording read_recording(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error("cannot read " + path);
  Recording recording;
  std::string line, *open = nullptr;
  while (std::getline(file, line)) {
    if (line.size() < 2) continue;
    const std::string rest = line.substr(2);
    switch (line[0]) {
      case '#':
        break;
      case 'v':
        recording.server = rest;
        break;
      case 't':
        recording.began_s = std::stoll(rest);
        break;
      case '=':
        recording.names.push_back(rest);
        recording.by_name[rest];
        break;
      case '>':
        open = &recording.by_name.at(recording.names.back()).emplace_back().request;
        *open = read_back(rest);
        break;
      case '<':
        open = &recording.by_name.at(recording.names.back()).back().reply;
        *open = read_back(rest);
        break;
      case ' ':
        if (open != nullptr) *open += read_back(rest);
        break;
      default:
        throw std::runtime_error(path + ": " + line);
    }
  }
  return recording;
}

void write_recording(const std::string& path, const Recording& recording) {
  std::ofstream file{path};
  file << "# Exchanges with a real server, written by record_exchanges. See recording.hpp for the form.\n"
       << "v " << recording.server << "\nt " << recording.began_s << '\n';
  for (const auto& name : recording.names) {
    file << "\n= " << name << '\n';
    for (const auto& [request, reply] : recording.by_name.at(name))
      file << written('>', request) << written('<', reply);
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::string recorded_folder() { return QM_SOURCE_DIR "/tests/aerospike/recorded"; }

}  // namespace qm::aerospike::exchanges
