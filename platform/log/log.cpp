#include "platform/log/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>

namespace qm::log {

namespace {

void append_json_text(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

// The process's one sink. spdlog keeps it; this only remembers in which form lines are written.
struct Output {
  std::shared_ptr<spdlog::logger> logger = spdlog::stderr_color_mt("quickmart");
  bool human = ::isatty(STDERR_FILENO) != 0;
  std::string service;

  Output() { logger->set_pattern(human ? "%^%H:%M:%S.%e %-5l%$ %v" : "%v"); }
};

Output& output() {
  static Output only;
  return only;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warn: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string human_line(std::string_view message, std::initializer_list<Field> fields) {
  std::string line{message};
  for (const auto& field : fields) {
    line += "  ";
    line += field.name;
    line += '=';
    if (field.quoted && field.value.find_first_of(" \"\n\r\t\x1b") != std::string::npos) {
      append_json_text(line, field.value);
    } else {
      line += field.value;
    }
  }
  return line;
}

std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields,
                      const std::string& service) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::string line = fmt::format(R"({{"time_ms":{},"level":"{}","service":)", now.time_since_epoch().count(),
                                 spdlog::level::to_string_view(to_spdlog(level)));
  append_json_text(line, service);
  line += ",\"message\":";
  append_json_text(line, message);
  for (const auto& field : fields) {
    line += ',';
    append_json_text(line, field.name);
    line += ':';
    if (field.quoted) {
      append_json_text(line, field.value);
    } else {
      line += field.value;
    }
  }
  return line += '}';
}

}  // namespace

void init(std::string_view service, Level level) {
  output().service = service;
  output().logger->set_level(to_spdlog(level));
  output().logger->flush_on(spdlog::level::info);
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  Output& out = output();
  const auto severity = to_spdlog(level);
  if (!out.logger->should_log(severity)) return;
  out.logger->log(severity, "{}",
                  out.human ? human_line(message, fields) : json_line(level, message, fields, out.service));
}

}  // namespace qm::log
