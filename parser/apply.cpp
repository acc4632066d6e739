#include <algorithm>
#include <optional>

#include "parser/capture.hpp"
#include "parser/exec_lines.hpp"
#include "parser/no_effect.hpp"
#include "parser/parser.hpp"

namespace parser {
namespace {

/// Where the command behind `do` begins; 0 where there is none.
std::size_t behind_do(std::string_view line) {
  const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
  const bool is_do =
      line.size() > first + 3 && (line[first] | 0x20) == 'd' && (line[first + 1] | 0x20) == 'o' && line[first + 2] == ' ';
  return is_do ? first + 3 : 0;
}

}  // namespace

void look_for_exec(LineReport& report) {
  const std::size_t prompt = behind_prompt(report.text);
  const std::string_view line = std::string_view(report.text).substr(prompt);
  const std::size_t offset = behind_do(line);
  if (report.verdict != Verdict::refused || (!report.caret && offset == 0)) return;
  const ExecResult exec = parse_exec(line.substr(offset), true);
  if (exec.command) {
    report.verdict = Verdict::no_effect;
    report.answer = "% NOTE: no effect here: " + std::string(no_effect::exec_line);
    report.caret.reset();
    report.hint.clear();
  } else if (offset > 0) {
    report.answer = exec.answer;
    report.caret = exec.caret ? std::optional(prompt + offset + *exec.caret) : std::nullopt;
  }
}

ApplyResult apply(const Configuration& start, std::string_view text) {
  ApplyResult result;
  std::optional<ConfigSession> session(start);
  std::size_t number = 0, text_from = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, newline - at);
    at = newline + 1;
    ++number;
    LineReport report = session->line(line);
    look_for_exec(report);
    if (!session->active()) {
      report.verdict = Verdict::no_effect;
      session.emplace(Configuration(session->configuration()));
    }
    if (report.verdict == Verdict::accepted && report.answer.empty()) continue;
    report.number = number;
    if (report.command && session->takes_text()) text_from = result.lines.size();
    result.refused_any = result.refused_any || report.verdict == Verdict::refused;
    result.lines.push_back(std::move(report));
  }
  for (std::size_t i = text_from; session->takes_text() && i < result.lines.size(); ++i) {
    result.lines[i].verdict = Verdict::refused;
    result.lines[i].answer = i == text_from ? text_not_ended(result.lines[i].text) : below_refused;
    result.refused_any = true;
  }
  result.configuration = session->configuration();
  return result;
}

}  // namespace parser
