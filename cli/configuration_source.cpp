#include "cli/configuration_source.hpp"

#include <charconv>
#include <optional>

#include "cli/text_file.hpp"

namespace cli {
namespace {

engine::Failure failure(std::string why) { return {engine::NotifyType::none, engine::Cause::internal_error, std::move(why)}; }

std::optional<std::uint64_t> revision_number(std::string_view name) {
  constexpr std::string_view prefix = "revision-";
  std::uint64_t number = 0;
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

engine::Result<FoundConfiguration> stored(engine::Result<std::optional<parser::Configuration>> read, const std::string& missing) {
  if (!read.ok()) return read.failure();
  if (!*read) return failure(missing);
  return FoundConfiguration{**read, {}};
}

}  // namespace

engine::Result<FoundConfiguration> find_configuration(const parser::ConfigurationName& name, parser::Database& database,
                                                      const parser::Configuration& running, const std::string& flash) {
  const auto number = name.revision ? name.revision : revision_number(name.name);
  if (number)
    return stored(database.revision(*number), "%Error opening revision-" + std::to_string(*number) + " (No such revision)");
  if (name.name == "running-config" || name.name == "system:running-config") return FoundConfiguration{running, {}};
  if (name.name == "startup-config" || name.name == "nvram:startup-config")
    return stored(database.startup(), "%Error opening nvram:startup-config (No such file or directory)");
  TRY(const std::string text, read_text_file(name.name, flash));
  parser::ApplyResult applied = parser::apply({}, text);
  FoundConfiguration out{std::move(applied.configuration), {}};
  for (auto& line : applied.lines)
    if (line.verdict == parser::Verdict::refused) out.refused.push_back(std::move(line));
  return out;
}

}  // namespace cli
