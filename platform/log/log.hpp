// Structured log lines on standard error: human in a terminal, one JSON object a line otherwise.
// Callers pass fields, never whole bodies, tokens or addresses of people. Thread-safe.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace qm::log {

enum class Level { Debug, Info, Warn, Error };

struct Field {
  std::string_view name;
  std::string value;
  bool quoted = true;

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Field(std::string_view n, T v) : name(n), value(std::to_string(v)), quoted(false) {}
};

// Call once at start; before it, lines go to standard error at Info. `service` names the process in each line.
void init(std::string_view service, Level level);

void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void debug(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Debug, m, f); }
inline void info(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Info, m, f); }
inline void warn(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Warn, m, f); }
inline void error(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Error, m, f); }

}  // namespace qm::log
