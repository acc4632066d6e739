#include "parser/command.hpp"
#include "parser/parser.hpp"
#include "parser/text.hpp"

namespace parser {
namespace {

const Mode& mode_for(bool privileged) { return privileged ? privileged_exec_mode() : user_exec_mode(); }

/// The value as the alternative of ExecCommandKind that has its type.
template <std::size_t I = 0>
std::optional<ExecCommandKind> kind_of(const Command& command, const void* value) {
  if constexpr (I < std::variant_size_v<ExecCommandKind>) {
    using T = std::variant_alternative_t<I, ExecCommandKind>;
    if (command.type() == typeid(T)) return ExecCommandKind(*static_cast<const T*>(value));
    return kind_of<I + 1>(command, value);
  }
  return std::nullopt;
}

}  // namespace

ExecResult parse_exec(std::string_view line, bool privileged) {
  ExecResult result;
  const CleanLine cleaned = clean(line);
  if (cleaned.text.empty() || cleaned.text.front() == '!') return result;
  Session session(cleaned.text);
  Parsed parsed;
  switch (understand(mode_for(privileged), session, parsed)) {
    case Outcome::ok:
      if (auto kind = kind_of(*parsed.command, parsed.value.get())) {
        result.command = ExecCommand{std::move(*kind), {}};
        result.words = session.expanded();
        if (parsed.trailer) result.command->modifier = *static_cast<const Modifier*>(parsed.trailer.get());
      }
      return result;
    case Outcome::incomplete:
      result.answer = "% Incomplete command.";
      return result;
    case Outcome::ambiguous:
      result.answer = "% Ambiguous command:  \"" + cleaned.text + "\"";
      return result;
    case Outcome::invalid:
      break;
  }
  const std::size_t at = static_cast<std::size_t>(session.far() - session.begin());
  if (at == 0 && cleaned.text.find_first_of(" \t") == std::string::npos && printable(cleaned.text)) {
    result.answer = "Translating \"" + cleaned.text +
                    "\"\n% Bad IP address or host name% Unknown command or computer name, or unable to find computer address";
    return result;
  }
  result.answer = "% Invalid input detected at '^' marker.";
  result.caret = cleaned.column(at);
  return result;
}

std::vector<HelpEntry> exec_help(std::string_view text, bool privileged) {
  std::vector<HelpEntry> out;
  for (Expect& e : offers({&mode_for(privileged)}, text))
    out.push_back({std::move(e.text), std::move(e.help), e.kind == Expect::Kind::extension});
  return out;
}

std::string exec_words(std::string_view text) {
  const CleanLine cleaned = clean(text);
  Session session(cleaned.text);
  Parsed parsed;
  understand(privileged_exec_mode(), session, parsed);
  return session.expanded();
}

std::string exec_complete(std::string_view text, bool privileged) { return completed({&mode_for(privileged)}, text); }

}  // namespace parser
