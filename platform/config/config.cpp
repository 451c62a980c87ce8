#include "platform/config/config.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

namespace qm::config {

namespace {

// The table that --help prints: one option in two lines, the second says what it does.
class TableFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text;
    if (!option->get_type_name().empty()) text += " " + option->get_type_name();
    if (!option->get_default_str().empty()) text += "  [" + option->get_default_str() + "]";
    if (!option->get_envname().empty()) text += "  $" + option->get_envname();
    return text;
  }
};

std::string range_text(std::int64_t low, std::int64_t high, const std::string& unit) {
  return std::to_string(low) + "…" + std::to_string(high) + (unit.empty() ? "" : " " + unit);
}

}  // namespace

struct Options::Impl {
  CLI::App app;
  std::vector<std::pair<std::unique_ptr<std::int64_t>, std::chrono::milliseconds*>> durations;
};

Options::Options(std::string program, std::string about) : impl_(new Impl) {
  impl_->app.name(std::move(program));
  impl_->app.description(std::move(about) + "\nThe command line beats the environment, which beats the [default].");
  impl_->app.formatter(std::make_shared<TableFormatter>());
  impl_->app.get_formatter()->column_width(64);
  impl_->app.set_version_flag("--version", QM_VERSION);
}

Options::~Options() { delete impl_; }

void Options::text(std::string name, std::string env, std::string& target, std::string help) {
  auto* option = impl_->app.add_option("--" + name, target, std::move(help))->capture_default_str()->type_name("TEXT");
  if (!env.empty()) option->envname(std::move(env));
}

void Options::integer(std::string name, std::string env, std::int64_t& target, std::int64_t low, std::int64_t high,
                      std::string unit, std::string help) {
  auto* option = impl_->app.add_option("--" + name, target, std::move(help))->capture_default_str();
  option->check(CLI::Range(low, high, "range"))->type_name(range_text(low, high, unit));
  if (!env.empty()) option->envname(std::move(env));
}

void Options::milliseconds(std::string name, std::string env, std::chrono::milliseconds& target, std::int64_t low,
                           std::int64_t high, std::string help) {
  auto& [number, duration] = impl_->durations.emplace_back(std::make_unique<std::int64_t>(target.count()), &target);
  integer(std::move(name), std::move(env), *number, low, high, "ms", std::move(help));
  (void)duration;
}

void Options::choice(std::string name, std::string env, std::string& target, std::vector<std::string> values,
                     std::string help) {
  std::string shown;
  for (const auto& value : values) shown += (shown.empty() ? "" : "|") + value;
  auto* option = impl_->app.add_option("--" + name, target, std::move(help))->capture_default_str();
  option->check(CLI::IsMember(std::move(values)))->type_name(shown);
  if (!env.empty()) option->envname(std::move(env));
}

void Options::flag(std::string name, std::string env, bool& target, std::string help) {
  auto* option = impl_->app.add_flag("--" + name, target, std::move(help));
  if (!env.empty()) option->envname(std::move(env));
}

int Options::parse(int argc, const char* const* argv) {
  try {
    impl_->app.parse(argc, argv);
  } catch (const CLI::ParseError& stopped) {
    const int code = impl_->app.exit(stopped, std::cout, std::cerr);
    return code == 0 ? 0 : 2;
  }
  for (auto& [number, duration] : impl_->durations) *duration = std::chrono::milliseconds{*number};
  return -1;
}

}  // namespace qm::config
