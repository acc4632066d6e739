// Shared by the parser's tests: every mode, and random valid lines of it.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "parser/command.hpp"
#include "parser/configuration.hpp"

namespace parser {

inline std::vector<const Mode*> all_modes() {
  std::vector<const Mode*> out = config_modes();
  out.push_back(&privileged_exec_mode());
  return out;
}

inline std::string in_front(Form form) { return form == Form::set ? "" : form == Form::no ? "no " : "default "; }

/// A line as running-config would have it, with its `no` or `default`, without trailing blanks.
inline std::string printed(const Parsed& parsed) {
  std::string line;
  parsed.command->print(parsed.value.get(), parsed.bare, line);
  return in_front(parsed.form) + line.substr(0, line.find_last_not_of(' ') + 1);
}

inline std::vector<std::string> tokens_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string token; in >> token;) out.push_back(token);
  return out;
}

inline std::string join(const std::vector<std::string>& tokens, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i ? " " : "") + tokens[i];
  return out;
}

/// Calls `check(mode, line)` for `count` random lines of each form of each command of each mode.
template <class Check>
void for_random_lines(unsigned count, Check&& check) {
  Dice dice(20240);
  for (const Mode* mode : all_modes())
    for (const auto& command : mode->commands())
      for (const Form form : {Form::set, Form::no, Form::default_})
        for (unsigned i = 0; command->allows(form) && !command->opaque() && i < count; ++i)
          check(*mode, in_front(form) + command->generate(dice, form));
}

}  // namespace parser
