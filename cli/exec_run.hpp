// What carrying out an EXEC command needs of its session.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "cli/ios_text.hpp"
#include "cli/json.hpp"
#include "cli/modifiers.hpp"
#include "cli/session.hpp"

namespace cli {

class ExecRun {
 public:
  ExecRun(std::shared_ptr<Session> session, parser::Modifier modifier)
      : session_(std::move(session)), modifier_(std::move(modifier)) {}

 protected:
  Backend& backend() const { return session_->backend_; }
  bool at_terminal() const { return session_->at_terminal(); }
  const std::string& user() const { return session_->options_.user; }
  parser::Origin origin(std::string comment) const {
    return {session_->options_.user, session_->options_.line, std::move(comment), {}};
  }
  void output(std::string text) const { session_->output(std::move(text)); }
  void done() const { session_->done(); }
  void finish(std::string text) const {
    if (!text.empty()) output(std::move(text));
    done();
  }
  /// Refuses with a "% ..." line and ends the command.
  void fail(const std::string& answer) const {
    session_->refuse(answer, std::nullopt);
    done();
  }
  void log(unsigned severity, std::string text) const { backend().log().add(backend().now(), {severity, std::move(text)}); }
  void enter_configuration() const { session_->enter_configuration(); }
  bool configures() const { return session_->config_.has_value(); }
  void ask(std::string question, std::function<void(const std::string&)> answer) const {
    session_->ask(std::move(question), std::move(answer));
  }
  void ask_hidden(std::string question, std::function<void(const std::string&)> answer) const {
    session_->ask(std::move(question), std::move(answer), Session::Echo::hidden);
  }
  /// Lines of configuration, as if they were typed from global configuration on; committed when `then` is called, whose argument
  /// says whether they were. `command`: what the history is told was typed.
  void enter_lines(const std::vector<std::string>& lines, const std::string& command, std::function<void(bool)> then) const {
    session_->enter_lines(lines, command, std::move(then));
  }
  /// Shows something of values: `values()` makes them, `print(values)` their text; `| json` gets the values themselves. All
  /// beside the loop but the end.
  template <class Values, class Print>
  void render(Values values, Print print) const {
    auto refusal = std::make_shared<std::string>();
    backend().render(
        [values = std::move(values), print = std::move(print), modifier = modifier_, flash = backend().flash(), refusal] {
          const bool json = modifier.kind == parser::ModifierKind::json;
          return shown(json ? JsonWriter::document(values()) : print(values()), modifier, flash, *refusal);
        },
        [*this, refusal](std::string text) {
          if (!refusal->empty()) return fail(*refusal);
          if (modifier_.has_file())
            log(5, "%SYS-5-EXPORT: User " + escaped(user()) + " wrote what a command shows to " + escaped(modifier_.file));
          finish(std::move(text));
        });
  }
  /// The same of something that has no values but the lines of its text.
  template <class Work>
  void render(Work work) const {
    if (modifier_.kind == parser::ModifierKind::json)
      render([work = std::move(work)] { return TextLines::of(work()); }, [](const TextLines&) { return std::string(); });
    else
      render(std::move(work), [](std::string text) { return text; });
  }
  /// The same of what is there already.
  void show(std::string text) const {
    render([text = std::move(text)] { return text; });
  }
  template <class Values, class Print>
  void show_values(Values values, Print print) const {
    render([values = std::move(values)] { return values; }, std::move(print));
  }

  std::shared_ptr<Session> session_;
  parser::Modifier modifier_;
};

}  // namespace cli
