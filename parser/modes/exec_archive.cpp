#include "parser/modes/exec.hpp"

namespace parser {
namespace {

auto show_archive() { return show() >> kw("archive", "Archive functions"); }
auto show_archive_config() { return show_archive() >> kw("config", "Archive the running configuration"); }

auto configuration_name() {
  using N = ConfigurationName;
  return group<N>((kw("revision", "A revision of the configuration by its number") >>
                   f<&N::revision>(number<std::uint64_t>(1, 4294967295, "Number of the revision"))) |
                  f<&N::name>(word("running-config, startup-config, or a file")));
}

auto minutes_help() { return "Time in minutes to wait for the confirmation"; }

auto configure_replace() {
  using T = ConfigureReplace;
  return configure() >> kw("replace", "Replace the running-config with a new config file") >>
         f<&T::source>(configuration_name()) >>
         -any_order(flag<&T::list>(kw("list", "List the commands applied")),
                    flag<&T::force>(kw("force", "Force to apply with no confirmation")),
                    kw("revert", "Parameters for reverting the configuration") >>
                        kw("trigger", "Triggers to revert the configuration") >> kw("error", "Revert on error"),
                    (kw("timer", "Roll back unless confirmed in time") | kw("time", "Roll back unless confirmed in time")) >>
                        f<&T::revert_minutes>(number(1, 120, minutes_help())));
}

auto configure_revert() {
  using T = ConfigureRevert;
  return configure() >> kw("revert", "Parameters for reverting the configuration") >>
         ((kw("timer", "Roll back unless confirmed in time") >> f<&T::minutes>(number(1, 120, minutes_help()))) |
          kw("now", "Cancel the timer and roll back immediately"));
}

}  // namespace

Commands archive_commands() {
  using T = ConfigureTerminal;
  return table(
      exec<ConfigureTerminal>(configure() >> -(flag<&T::terminal>(kw("terminal", "Configure from the terminal")) >>
                                               -(kw("revert", "Parameters for reverting the configuration") >>
                                                 kw("timer", "Roll back unless confirmed in time") >>
                                                 f<&T::revert_minutes>(number(1, 120, minutes_help()))))),
      exec<ConfigureReplace>(configure_replace()),
      exec<ConfigureConfirm>(configure() >> kw("confirm", "Confirm the configuration, and keep it")),
      exec<ConfigureRevert>(configure_revert()),
      exec<ArchiveConfig>(kw("archive", "manage archive files") >> kw("config", "Archive the running configuration") >>
                          -f<&ArchiveConfig::comment>(rest_of_line("A comment for the present revision"))),
      shows<ShowArchiveDifferences>(show_archive_config() >>
                                    kw("differences", "Display the differences between two configurations") >>
                                    -(f<&ShowArchiveDifferences::before>(configuration_name()) >>
                                      -f<&ShowArchiveDifferences::after>(configuration_name()))),
      shows<ShowIncrementalDifferences>(
          show_archive_config() >>
          kw("incremental-diffs", "Display the lines of the running configuration that a file has not") >>
          f<&ShowIncrementalDifferences::file>(configuration_name()) >>
          -kw("ignorecase", "Ignore the case of the configuration")),
      shows<ShowArchiveRollbackTimer>(show_archive_config() >> kw("rollback", "Rollback configuration information") >>
                                      kw("timer", "Rollback timer information")),
      shows<ShowArchiveLog>(show_archive() >> kw("log", "Archive log commands") >> kw("config", "Commands that were entered") >>
                            usual(kw("all", "Display the whole log"))),
      shows<ShowArchive>(show_archive() >> -flag<&ShowArchive::detail>(kw("detail", "Who made each revision, when and why"))));
}

}  // namespace parser
