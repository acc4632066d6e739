// Whole configurations mangled line by line and octet by octet: what was understood comes back from its own text. The
// property of tests/fuzz/apply.cpp, without a fuzzer: the same dice every time, and what fails is cut to the lines it takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/parser/sample_files.hpp"
#include "tests/parser/support.hpp"

namespace parser {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  std::istringstream in(text);
  Lines out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string text_of(const Lines& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::string quoted(const std::string& text) {
  std::string out;
  char buffer[8];
  for (const unsigned char c : text)
    if (c == '\n')
      out += "\\n\n";
    else if (c < 0x20 || c >= 0x7f)
      std::snprintf(buffer, sizeof buffer, "\\x%02x", c), out += buffer;
    else
      out += static_cast<char>(c);
  return out;
}

/// Empty, or what does not come back.
std::string what_is_lost(const std::string& text) {
  const ApplyResult applied = parser::apply({}, text);
  const std::string shown = running_config(applied.configuration);
  const ApplyResult again = parser::apply({}, shown);
  for (const LineReport& line : again.lines)
    if (line.verdict == Verdict::refused) return "printed, but refused: " + line.text + "\n" + shown;
  if (!(again.configuration == applied.configuration))
    return "printed:\n" + shown + "\nafter reading it:\n" + running_config(again.configuration);
  const Configuration upon_itself = parser::apply(applied.configuration, shown).configuration;
  if (!(upon_itself == applied.configuration))
    return "printed:\n" + shown + "\nread upon itself:\n" + running_config(upon_itself);
  return "";
}

class Mangler {
 public:
  Mangler(const std::vector<Lines>& samples, std::uint32_t seed) : samples_(samples), random_(seed), dice_(seed) {}

  Lines paste() {
    const Lines& one = pick(samples_);
    const std::size_t from = upto(one.size()), count = 1 + upto(40);
    Lines out(one.begin() + static_cast<std::ptrdiff_t>(from),
              one.begin() + static_cast<std::ptrdiff_t>(std::min(one.size(), from + count)));
    for (std::size_t changes = upto(20); changes-- > 0;) mangle(out);
    return out;
  }

 private:
  std::size_t upto(std::size_t bound) { return bound ? random_() % bound : 0; }
  template <class Of>
  const typename Of::value_type& pick(const Of& of) {
    return of[upto(of.size())];
  }

  /// Lines that the grammar makes: of one mode, and of the blocks that they open.
  void make(const Mode& mode, std::size_t depth, Lines& out) {
    for (std::size_t count = 1 + upto(3); count-- > 0;) {
      const Command& command = *pick(mode.commands());
      const Form form = upto(4) == 0 ? Form::no : Form::set;
      if (command.opaque() || !command.allows(form)) continue;
      out.push_back(std::string(upto(2) ? depth : upto(4), ' ') + (form == Form::no ? "no " : "") +
                    command.generate(dice_, form));
      if (form == Form::set && command.opens()) make(*command.opens(), depth + 1, out);
    }
  }
  /// Each word may be cut short.
  std::string shortened(const std::string& line) {
    std::istringstream in(line);
    std::string out(std::min(line.find_first_not_of(' '), line.size()), ' ');
    for (std::string word; in >> word; out += word + " ") word.resize(word.size() - upto(3) * upto(word.size()) / 3);
    return out;
  }

  void mangle(Lines& lines) {
    static const std::vector<std::string> words = {
        "no ",     "default ",       "exit", "end",  "!", "do show clock", " ", "  ", "\t", "\r", "quit", "description ",
        "remark ", "banner motd ^C", "^C",   "\x03", "no"};
    static const std::vector<std::string> octets = {"\xff",         "\x80", "\x1b[A", "\x08", std::string(1, '\0'),
                                                    "\x16",         "?",    "\"",     "'",    "\xc2\xa0",
                                                    "\xe2\x80\x9c", "|",    "#",      ">",    "^",
                                                    "\x7f",         "\x0c", "$",      ":"};
    if (lines.empty()) lines.push_back(pick(pick(samples_)));
    const std::size_t at = upto(lines.size());
    std::string& line = lines[at];
    switch (upto(16)) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), pick(lines));
        break;
      case 2:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), pick(pick(samples_)));
        break;
      case 3:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(upto(4), ' ') + pick(words));
        break;
      case 4:
        line = "no " + line;
        break;
      case 5:
        line = std::string(upto(5), ' ') + line;
        break;
      case 6:
        line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
        break;
      case 7:
        line.insert(upto(line.size() + 1), pick(octets));
        break;
      case 8:
        line.insert(upto(line.size() + 1), pick(words));
        break;
      case 9:
        line.erase(upto(line.size() + 1), 1 + upto(6));
        break;
      case 10:
        line += " " + pick(pick(samples_));
        break;
      case 11:
      case 12:
      case 13: {
        Lines made;
        make(upto(2) ? global_mode() : *pick(config_modes()), 0, made);
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), made.begin(), made.end());
        break;
      }
      case 14:
        line = shortened(line);
        break;
      default:
        std::swap(line, lines[upto(lines.size())]);
    }
  }

  const std::vector<Lines>& samples_;
  std::mt19937 random_;
  Dice dice_;
};

/// The lines without which nothing would be lost are left out, then octets.
std::string cut(Lines lines) {
  for (std::size_t size = std::max<std::size_t>(lines.size() / 2, 1); size >= 1; size /= 2)
    for (std::size_t at = 0; at + size <= lines.size();) {
      Lines fewer = lines;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at), fewer.begin() + static_cast<std::ptrdiff_t>(at + size));
      if (what_is_lost(text_of(fewer)).empty())
        ++at;
      else
        lines = fewer;
    }
  std::string text = text_of(lines);
  for (std::size_t at = 0; at < text.size();) {
    std::string less = text;
    less.erase(at, 1);
    if (what_is_lost(less).empty())
      ++at;
    else
      text = less;
  }
  return text;
}

TEST(MangledPastes, ComeBackFromTheirOwnText) {
  const char* wanted = std::getenv("SALLYPORT_PASTES");
  const char* first = std::getenv("SALLYPORT_FIRST_PASTE");
  const unsigned count = wanted ? static_cast<unsigned>(std::atoi(wanted)) : 300;
  const unsigned from = first ? static_cast<unsigned>(std::atoi(first)) : 0;
  std::vector<Lines> whole;
  for (const Sample& sample : samples()) whole.push_back(lines_of(sample.text));
  for (unsigned seed = from; seed < from + count; ++seed) {
    const Lines paste = Mangler(whole, seed).paste();
    if (what_is_lost(text_of(paste)).empty()) continue;
    const std::string least = cut(paste);
    ADD_FAILURE() << "paste " << seed << ":\n" << quoted(least) << "\n" << quoted(what_is_lost(least));
  }
}

}  // namespace
}  // namespace parser
