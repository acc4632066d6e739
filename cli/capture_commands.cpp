#include "cli/capture_commands.hpp"

#include "cli/ios_text.hpp"
#include "cli/text_file.hpp"

namespace cli {

void CaptureCommands::operator()(const parser::MonitorCapture& command) const {
  using O = parser::CaptureOrder;
  CryptoCapture& capture = backend().capture();
  if (command.order == O::export_file) return export_to(command);
  const auto status = command.order == O::start  ? capture.start(command.name)
                      : command.order == O::stop ? capture.stop(command.name)
                                                 : capture.remove(command.name);
  status.ok() ? done() : fail(status.failure().why);
}

/// Written beside the loop. Logged before anything is written: keys are about to leave.
void CaptureCommands::export_to(const parser::MonitorCapture& command) const {
  auto contents = backend().capture().contents(command.name);
  if (!contents.ok()) return fail(contents.failure().why);
  log(4, "%CRYPTO-4-KEYS_EXPORTED: User " + escaped(user()) + " exports the keys of " +
             std::to_string(contents->keys.ike.size()) + " IKE SAs and " + std::to_string(contents->keys.esp.size()) +
             " IPsec SAs of capture " + escaped(command.name) + " to " + escaped(command.file));
  backend().render(
      [contents = std::make_shared<const CaptureContents>(std::move(*contents)), file = command.file, flash = backend().flash()] {
        const auto status = write_capture(*contents, file, flash);
        return status.ok() ? std::string() : status.failure().why;
      },
      [*this](const std::string& refusal) { refusal.empty() ? finish("Exported Successfully\n") : fail(refusal); });
}

void CaptureCommands::operator()(const parser::MonitorReplay& command) const {
  using O = parser::ReplayOrder;
  if (command.order != O::export_file) {
    const auto status = command.order == O::start ? backend().replay().start() : backend().replay().stop();
    return status.ok() ? done() : fail(status.failure().why);
  }
  auto contents = backend().replay().contents();
  if (!contents.ok()) return fail(contents.failure().why);
  log(5, "%CRYPTO-5-REPLAY_EXPORTED: User " + escaped(user()) + " exports what IKE was given to " + escaped(command.file));
  backend().render(
      [contents = std::make_shared<const Recording>(std::move(*contents)), file = command.file, flash = backend().flash()] {
        const auto status = write_text_file(file, flash, contents->text(), FileMode::replace);
        return status.ok() ? std::string() : status.failure().why;
      },
      [*this](const std::string& refusal) { refusal.empty() ? finish("Exported Successfully\n") : fail(refusal); });
}

}  // namespace cli
