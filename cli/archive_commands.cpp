#include "cli/archive_commands.hpp"

#include "cli/configuration_source.hpp"
#include "cli/show_archive.hpp"
#include "parser/difference.hpp"
#include "parser/redact.hpp"

namespace cli {
namespace {

constexpr std::size_t most_refusals_shown = 20;

const char replace_question[] =
    "This will apply all necessary additions and deletions\n"
    "to replace the current running configuration with the\n"
    "contents of the specified configuration file, which is\n"
    "assumed to be a complete configuration, not a partial\n"
    "configuration. Enter Y if you are sure you want to proceed. ? [no]: ";

std::string name_of(const parser::ConfigurationName& name) {
  return name.revision ? revision_name(*name.revision) : escaped(name.name);
}

/// The refused lines of a file, with their carets.
std::string refusals(const std::vector<parser::LineReport>& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size() && i < most_refusals_shown; ++i) {
    const parser::LineReport& line = lines[i];
    const std::string prefix = "line " + std::to_string(line.number) + ": ";
    out += prefix + parser::without_keys(line.text) + "\n";
    if (line.caret) out += std::string(prefix.size() + *line.caret, ' ') + "^\n";
    out += line.answer + "\n";
  }
  if (lines.size() > most_refusals_shown) out += "... and " + std::to_string(lines.size() - most_refusals_shown) + " more\n";
  return out;
}

bool agrees(const std::string& answer) { return !answer.empty() && (answer[0] == 'y' || answer[0] == 'Y'); }

}  // namespace

template <class Text>
void ArchiveCommands::show_from_database(Text text) const {
  backend().in_database([*this, text](parser::Database& database) -> std::function<void()> {
    engine::Result<std::string> shown = text(database);
    if (!shown.ok()) return [*this, why = shown.failure().why] { fail(why.starts_with('%') ? why : "% Error: " + why); };
    return [*this, output = std::move(*shown)] { show(output); };
  });
}

/// Remembers the running configuration as what comes back in so many minutes.
void ArchiveCommands::promise(unsigned minutes, std::function<void()> then) const {
  backend().promise_revert(minutes, user(), [*this, then = std::move(then)](const engine::Status& status) {
    if (status.ok())
      then();
    else
      fail("% Error: the rollback could not be prepared, nothing is changed: " + status.failure().why);
  });
}

void ArchiveCommands::operator()(const parser::ConfigureTerminal& command) const {
  const auto enter = [*this] {
    if (!configures()) {
      enter_configuration();
      if (at_terminal()) output("Enter configuration commands, one per line.  End with CNTL/Z.\n");
    }
    done();
  };
  if (!command.terminal && at_terminal() && !configures())
    return ask("Configuring from terminal, memory, or network [terminal]? ", [*this, enter](const std::string& answer) {
      constexpr std::string_view offered = "terminal";
      if (offered.starts_with(answer)) return enter();
      output("% Only the terminal is configured from here: 'configure replace' takes a file\n");
      done();
    });
  if (!command.revert_minutes) return enter();
  promise(*command.revert_minutes, [*this, enter] {
    output("Rollback Confirmed Change: Backing up current running config to " +
           revision_name(backend().pending_revert()->revision) + "\n");
    enter();
  });
}

void ArchiveCommands::operator()(const parser::ConfigureReplace& command) const {
  if (command.force || !at_terminal()) return replace(command);
  ask(replace_question, [*this, command](const std::string& answer) {
    if (agrees(answer))
      replace(command);
    else
      done();
  });
}

void ArchiveCommands::replace(const parser::ConfigureReplace& command) const {
  backend().in_database([*this, command, running = backend().running(),
                         flash = backend().flash()](parser::Database& database) -> std::function<void()> {
    auto found = find_configuration(command.source, database, running, flash);
    if (!found.ok()) return [*this, why = found.failure().why] { fail(why.starts_with('%') ? why : "% Error: " + why); };
    if (!found->refused.empty())
      return [*this, text = refusals(found->refused)] { fail(text + "% Rollback aborted: nothing is changed"); };
    return [*this, command, wanted = found->configuration] {
      if (command.revert_minutes)
        promise(*command.revert_minutes, [*this, command, wanted] { adopt(command, wanted); });
      else
        adopt(command, wanted);
    };
  });
}

void ArchiveCommands::adopt(const parser::ConfigureReplace& command, const parser::Configuration& wanted) const {
  const std::string listed = command.list ? parser::contextual_difference(backend().running(), wanted, parser::shown_text) : "";
  backend().commit([wanted] { return wanted; }, origin("configure replace " + name_of(command.source)),
                   [*this, listed](const engine::Status& status) {
                     if (!status.ok())
                       return fail("% Rollback aborted: the configuration could not be stored: " + status.failure().why);
                     log(5, "%SYS-5-CONFIG_I: Configured from a replacement by " + escaped(user()));
                     if (!listed.empty()) output("!List of Commands:\n" + listed + "end\n");
                     finish("\nTotal number of passes: 1\nRollback Done\n\n");
                   });
}

void ArchiveCommands::operator()(const parser::ConfigureConfirm&) const {
  if (!backend().pending_revert()) return fail("%No Rollback Confirmed Change pending");
  backend().confirm([*this](const engine::Status& status) {
    if (!status.ok()) return fail("% Error: the change could not be confirmed: " + status.failure().why);
    log(5, "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_CONFIRM: User: " + escaped(user()) + ": Confirm the configuration change");
    done();
  });
}

void ArchiveCommands::operator()(const parser::ConfigureRevert& command) const {
  const auto pending = backend().pending_revert();
  if (!pending) return fail("%No Rollback Confirmed Change pending");
  if (command.minutes) {
    backend().postpone_revert(*command.minutes, [*this](const engine::Status& status) {
      if (!status.ok()) return fail("% Error: the timer could not be set: " + status.failure().why);
      done();
    });
    return;
  }
  backend().revert_now([*this](const engine::Status& status) {
    if (!status.ok()) return fail("% Rollback aborted: " + status.failure().why);
    finish("\nTotal number of passes: 1\nRollback Done\n\n");
  });
}

void ArchiveCommands::operator()(const parser::ArchiveConfig& command) const {
  backend().in_database([*this, text = command.comment](parser::Database& database) -> std::function<void()> {
    const engine::Status status = text.empty() ? engine::Status(engine::Done{}) : database.comment(text);
    if (!status.ok()) return [*this, why = status.failure().why] { fail("% Error: " + why); };
    return [*this] { done(); };
  });
}

void ArchiveCommands::operator()(const parser::ShowArchive& command) const {
  show_from_database([command](parser::Database& database) -> engine::Result<std::string> {
    TRY(const auto revisions, database.revisions());
    return command.detail ? show_archive_detail(revisions) : show_archive(revisions);
  });
}

void ArchiveCommands::operator()(const parser::ShowArchiveDifferences& command) const {
  const parser::ConfigurationName startup{std::nullopt, "startup-config"}, running{std::nullopt, "running-config"};
  show_from_database([before = command.before.value_or(startup), after = command.after.value_or(running),
                      present = backend().running(),
                      flash = backend().flash()](parser::Database& database) -> engine::Result<std::string> {
    TRY(const FoundConfiguration a, find_configuration(before, database, present, flash));
    TRY(const FoundConfiguration b, find_configuration(after, database, present, flash));
    return show_differences(a.configuration, b.configuration);
  });
}

void ArchiveCommands::operator()(const parser::ShowIncrementalDifferences& command) const {
  show_from_database([file = command.file, present = backend().running(),
                      flash = backend().flash()](parser::Database& database) -> engine::Result<std::string> {
    TRY(const FoundConfiguration found, find_configuration(file, database, present, flash));
    return show_incremental_differences(found.configuration, present);
  });
}

void ArchiveCommands::operator()(const parser::ShowArchiveRollbackTimer&) const {
  const auto pending = backend().pending_revert();
  show(pending ? show_rollback_timer(*pending) : "%No Rollback Confirmed Change pending\n");
}

void ArchiveCommands::operator()(const parser::ShowArchiveLog&) const {
  show_from_database([](parser::Database& database) -> engine::Result<std::string> {
    TRY(const auto commands, database.commands());
    return show_archive_log(commands);
  });
}

}  // namespace cli
