#include "parser/modes/foreign.hpp"

#include "parser/modes/common.hpp"

namespace parser {
namespace {

std::vector<Keyword> keywords_of(const Child& child) {
  std::vector<Keyword> out;
  std::string_view words = child.words, helps = child.helps;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' ')), help = helps.substr(0, helps.find('|'));
    out.push_back(kw(word, help));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    helps.remove_prefix(std::min(helps.size(), help.size() + 1));
  }
  return out;
}

std::unique_ptr<Command> foreign_block(const Child& child, const Mode& mode) {
  return kept_block(Words(keywords_of(child)) >> -arg(rest_of_line("The rest of the line")), {.note = {}, .opens_this = &mode});
}

/// What stands below a line of which nothing is known; the prompt is that of the block around it.
const Mode& block_of_any() {
  static const Mode& mode = foreign_mode("any", "", {});
  return mode;
}

}  // namespace

std::unique_ptr<Command> foreign_line(const Child& child, std::string_view note) {
  return kept_many(Words(keywords_of(child)) >> -arg(rest_of_line("The rest of the line")),
                   {.note = note, .negation = Negation::kept_where_absent});
}

const Mode& foreign_mode(const char* name, const char* prompt, const std::vector<Child>& children, Commands lines) {
  const auto any_line = [] { return arg(rest_of_line("A line of the block")); };
  for (const Child& child : children) lines.push_back(child.opens ? foreign_block(child, *child.opens) : foreign_line(child));
  lines.push_back(leave("Exit from this mode"));
  lines.push_back(kept_many(any_line(), {.note = {}, .no_form = false, .opaque = true}));
  lines.push_back(kept_block(any_line(), {.note = {}, .opens = block_of_any, .no_form = false, .opaque = true}));
  return *new const Mode(name, prompt, std::move(lines));
}

Commands foreign_closing(const char* word) {
  return table(command<Leave>(Merge::leave, kw(word, "Exit from this mode"), {.no_form = false}));
}

}  // namespace parser
