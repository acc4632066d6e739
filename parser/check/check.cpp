#include "parser/check/check.hpp"

#include <algorithm>

#include "parser/capture.hpp"
#include "parser/check/subject.hpp"
#include "parser/edit_distance.hpp"
#include "parser/exec_lines.hpp"
#include "parser/redact.hpp"

namespace parser {
namespace {

constexpr std::size_t most_corrections = 4;
constexpr std::size_t most_choices = 8;

bool is_keyword(const HelpEntry& entry) {
  return !entry.token.empty() && entry.token.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

/// What people write for people: anything may stand in it.
bool is_prose(std::string_view line) {
  return line.find("description ") != std::string_view::npos || line.find("remark ") != std::string_view::npos;
}

std::string choices(const std::vector<HelpEntry>& entries) {
  std::string out;
  for (std::size_t i = 0; i < entries.size() && i < most_choices; ++i) out += (i ? " | " : "") + entries[i].token;
  return entries.size() > most_choices ? out + " | ..." : out;
}

/// Corrects a refused line word by word, as long as a keyword is near what was typed, without the keys in it. `session` stays
/// as it is.
class Corrector {
 public:
  explicit Corrector(const ConfigSession& session) : session_(session) {}

  std::string nearest(std::string text, std::size_t caret) {
    for (std::size_t i = 0; i < most_corrections; ++i) {
      const std::size_t end = std::min(text.find_first_of(" \t", caret), text.size());
      const std::string before = text.substr(0, caret), word = text.substr(caret, end - caret), after = text.substr(end);
      const std::vector<HelpEntry> offered = session_.help(before);
      const HelpEntry* best = nearest_keyword(offered, word);
      if (!best && ends(offered)) return without_key_lengths(before.substr(0, before.find_last_not_of(" \t") + 1));
      if (!best) return offered.empty() ? "" : shown(before) + "{ " + choices(offered) + " }";
      text = before + best->token + after;
      const LineReport trial = tried(text);
      if (trial.verdict != Verdict::refused) return without_key_lengths(text);
      if (!trial.caret || *trial.caret <= caret) return without_key_lengths(before + best->token);
      caret = *trial.caret;
    }
    return without_key_lengths(text);
  }

 private:
  static std::string shown(const std::string& before) {
    std::string out = without_key_lengths(before);
    return out.empty() || out.back() == ' ' ? out : out + " ";
  }
  static bool ends(const std::vector<HelpEntry>& offered) { return offered.size() == 1 && offered.front().token == "<cr>"; }
  static const HelpEntry* nearest_keyword(const std::vector<HelpEntry>& offered, const std::string& word) {
    const HelpEntry* best = nullptr;
    std::size_t least = std::max<std::size_t>(1, word.size() / 2);
    for (const HelpEntry& entry : offered) {
      const std::size_t longer = std::max(word.size(), entry.token.size()), shorter = std::min(word.size(), entry.token.size());
      if (!is_keyword(entry) || longer - shorter > least) continue;  // a word may be megabytes
      const std::size_t far = edit_distance(word, entry.token);
      if (far > least || (best && far == least)) continue;
      best = &entry;
      least = far;
    }
    return best;
  }
  LineReport tried(const std::string& text) const {
    ConfigSession trial(session_.configuration());
    for (const std::string& line : session_.path()) trial.line(line);
    return trial.line(text);
  }
  const ConfigSession& session_;
};

/// Reads a file as apply() does, and notes where each line stands.
class FileReader {
 public:
  FileReader(const NamedText& file, std::int64_t now) : file_(file), now_(now) { out_.name = file.name; }

  Subject read() {
    std::size_t number = 0;
    for (std::size_t at = 0; at < file_.text.size();) {
      const std::size_t end = std::min(file_.text.find('\n', at), file_.text.size());
      take(++number, std::string_view(file_.text).substr(at, end - at));
      at = end + 1;
    }
    for (std::size_t i = text_from_; session_.takes_text() && i < out_.lines.size(); ++i) {
      out_.lines[i].verdict = Verdict::refused;
      out_.lines[i].why = i == text_from_ ? text_not_ended(out_.lines[i].text) : below_refused;
    }
    return Subject(file_.name, session_.configuration(), places_, now_);
  }
  CheckedFile take_lines() { return std::move(out_); }

 private:
  void take(std::size_t number, std::string_view text) {
    LineReport report = session_.line(text);
    look_for_exec(report);
    const std::size_t first = report.text.find_first_not_of(" \t");
    if (first == std::string::npos || report.text[first] == '!') return;
    if (report.command && session_.takes_text()) text_from_ = out_.lines.size();
    CheckedLine line{number,         report.caret ? without_keys(report.text) : without_key_lengths(report.text),
                     report.verdict, report.answer,
                     report.caret,   {}};
    if (!session_.active()) {
      line.verdict = Verdict::no_effect;
      session_ = ConfigSession(Configuration(session_.configuration()));
    } else if (report.verdict == Verdict::refused) {
      if (report.caret) line.nearest = Corrector(session_).nearest(report.text, *report.caret);
    } else if (report.command && !report.taken_away) {
      note(number, report);
    }
    if (line.verdict == Verdict::accepted) line.why.clear();
    if (report.hint.empty() && line.verdict == Verdict::accepted && !is_prose(report.text)) report.hint = oddity(report.text);
    if (!report.hint.empty()) line.why += (line.why.empty() ? "" : "\n") + report.hint;
    out_.lines.push_back(std::move(line));
  }
  void note(std::size_t number, const LineReport& report) {
    std::vector<std::string> path = session_.path();
    Node line;
    line.command = report.command;
    line.value = report.value;
    if (opens_block(line) && !path.empty()) path.pop_back();
    const std::string text = line_text(line);
    places_.insert_or_assign(Subject::key(path, text), number);
    if (text.starts_with("access-list ")) note_numbered(number, text.substr(12));
  }

  /// `access-list N ENTRY` stands in the configuration as an entry of a block.
  void note_numbered(std::size_t number, const std::string& text) {
    const std::size_t blank = std::min(text.find(' '), text.size() - 1);
    for (const char* kind : {"standard ", "extended "}) {
      const std::string block = "ip access-list " + (kind + text.substr(0, blank));
      places_.try_emplace(Subject::key({}, block), number);
      places_.insert_or_assign(Subject::key({block}, text.substr(blank + 1)), number);
    }
  }

  const NamedText& file_;
  std::int64_t now_;
  CheckedFile out_;
  std::size_t text_from_ = 0;  // of its lines, the one that began the text that goes on
  ConfigSession session_{Configuration{}};
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

CheckReport check(const std::vector<NamedText>& files, std::int64_t now) {
  CheckReport out;
  std::vector<Subject> subjects;
  for (const NamedText& file : files) {
    FileReader reader(file, now);
    subjects.push_back(reader.read());
    out.files.push_back(reader.take_lines());
    for (const CheckedLine& line : out.files.back().lines) out.refused_any = out.refused_any || line.verdict == Verdict::refused;
    for (const OneFileCheck& each : one_file_checks()) {
      const std::size_t before = out.findings.size();
      each.look(subjects.back(), out.findings);
      for (std::size_t i = before; i < out.findings.size(); ++i) out.findings[i].check = each.name;
    }
  }
  for (std::size_t i = 0; i < subjects.size(); ++i)
    for (std::size_t j = i + 1; j < subjects.size(); ++j)
      for (Finding& finding : compare(subjects[i], subjects[j])) out.findings.push_back(std::move(finding));
  return out;
}

}  // namespace parser
