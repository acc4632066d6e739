// Properties that every command of every mode has, on lines that the grammar itself makes.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "parser/kept.hpp"
#include "tests/parser/support.hpp"

namespace parser {
namespace {

struct Understood {
  Outcome outcome;
  std::size_t far;
  Parsed parsed;
};

Understood read(const Mode& mode, const std::string& line) {
  Understood out;
  Session session(line);
  out.outcome = understand(mode, session, out.parsed);
  out.far = static_cast<std::size_t>(session.far() - session.begin());
  return out;
}

// Asked once for each beginning: what may follow depends on nothing else, and lines share their first words.
const std::vector<Expect>& offered(const Mode& mode, const std::vector<std::string>& tokens, std::size_t count) {
  static std::map<std::pair<const Mode*, std::string>, std::vector<Expect>> known;
  std::string before = count == 0 ? "" : join(tokens, count) + " ";
  const auto [found, fresh] = known.try_emplace({&mode, before});
  if (fresh) found->second = offers({&mode}, before);
  return found->second;
}

bool is_keyword(const std::vector<Expect>& offers, const std::string& token) {
  return std::any_of(offers.begin(), offers.end(),
                     [&](const Expect& e) { return e.kind == Expect::Kind::keyword && same_letters(e.text, token); });
}

/// In full only.
bool is_extension(const std::vector<Expect>& offers, const std::string& token) {
  return std::any_of(offers.begin(), offers.end(),
                     [&](const Expect& e) { return e.kind == Expect::Kind::extension && same_letters(e.text, token); });
}

bool takes_text(const std::vector<Expect>& offers) {
  return std::any_of(offers.begin(), offers.end(),
                     [](const Expect& e) { return e.kind == Expect::Kind::argument && (e.text == "WORD" || e.text == "LINE"); });
}

bool same(const Parsed& a, const Parsed& b) {
  return a.command == b.command && a.form == b.form && a.bare == b.bare && a.command->equal(a.value.get(), b.value.get());
}

TEST(Properties, WhatIsPrintedIsParsedToTheSame) {
  for_random_lines(100, [](const Mode& mode, const std::string& line) {
    const Understood first = read(mode, line);
    ASSERT_EQ(first.outcome, Outcome::ok) << mode.name() << ": " << line << " at " << first.far;
    if (!first.parsed.refusal.empty()) return;
    const std::string text = printed(first.parsed);
    const Understood second = read(mode, text);
    ASSERT_EQ(second.outcome, Outcome::ok) << mode.name() << ": " << line << " -> " << text;
    EXPECT_TRUE(same(first.parsed, second.parsed)) << mode.name() << ": " << line << " -> " << text;
    EXPECT_EQ(printed(second.parsed), text) << line;
  });
}

TEST(Properties, ExactlyOneCommandAcceptsALine) {
  for_random_lines(30, [](const Mode& mode, const std::string& line) {
    const Understood understood = read(mode, line);
    ASSERT_EQ(understood.outcome, Outcome::ok) << line;
    const std::string front = in_front(understood.parsed.form);
    unsigned takers = 0;
    Session session(line);
    for (const auto& command : mode.commands()) {
      if (!command->allows(understood.parsed.form) || command->opaque()) continue;
      session.form = understood.parsed.form;
      It p = session.begin() + front.size();
      Value value;
      takers += command->parse(p, session.end(), session, value) && session.at_end(p);
    }
    EXPECT_EQ(takers, 1u) << mode.name() << ": " << line;
  });
}

/// Other spellings are understood, not offered.
bool is_alias(const std::string& token) {
  const std::vector<std::string> aliases = {
      "detail", "ca", "domain-lookup", "domain-name", "encryption", "max-in-negotiation-sa", "master", "slave"};
  return std::find(aliases.begin(), aliases.end(), token) != aliases.end();
}

TEST(Properties, HelpOffersEveryTokenAndTheEnd) {
  for_random_lines(8, [](const Mode& mode, const std::string& line) {
    const std::vector<std::string> tokens = tokens_of(line);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::vector<Expect>& offers = offered(mode, tokens, i);
      const bool argument = std::any_of(offers.begin(), offers.end(), [](const Expect& e) {
        return e.kind == Expect::Kind::argument || e.kind == Expect::Kind::type_name;
      });
      EXPECT_TRUE(is_keyword(offers, tokens[i]) || is_extension(offers, tokens[i]) || argument || is_alias(tokens[i]))
          << mode.name() << ": " << line << " token " << tokens[i];
    }
    const std::vector<Expect>& end = offered(mode, tokens, tokens.size());
    EXPECT_TRUE(!end.empty() && end.back().kind == Expect::Kind::cr) << mode.name() << ": " << line;
  });
}

TEST(Properties, EveryOfferedKeywordIsAcceptableAndHasOneHelp) {
  std::set<std::pair<const Mode*, std::string>> tried_behind;
  for_random_lines(8, [&](const Mode& mode, const std::string& line) {
    const std::vector<std::string> tokens = tokens_of(line);
    for (std::size_t i = 0; i <= tokens.size(); ++i) {
      if (!tried_behind.insert({&mode, join(tokens, i)}).second) continue;
      const std::vector<Expect>& offers = offered(mode, tokens, i);
      for (std::size_t k = 0; k < offers.size(); ++k) {
        const Expect& e = offers[k];
        EXPECT_FALSE(e.help.empty()) << mode.name() << ": " << join(tokens, i) << " ? " << e.text;
        EXPECT_TRUE(k == 0 || offers[k - 1].text != e.text)
            << "two helps: " << mode.name() << ": " << join(tokens, i) << " ? " << e.text;
        if (e.kind != Expect::Kind::keyword && e.kind != Expect::Kind::extension) continue;
        const std::string before = join(tokens, i) + (i ? " " : "");
        const Understood tried = read(mode, before + e.text);
        EXPECT_TRUE(tried.outcome == Outcome::ok || tried.outcome == Outcome::incomplete)
            << mode.name() << ": " << before << e.text;
      }
    }
  });
}

TEST(Properties, ShortestPrefixesMeanTheSameAndShorterOnesAreAmbiguous) {
  for_random_lines(8, [](const Mode& mode, const std::string& line) {
    const bool has_text = line.find("  ") != std::string::npos;
    const Understood whole = read(mode, line);
    ASSERT_EQ(whole.outcome, Outcome::ok);
    std::vector<std::string> tokens = tokens_of(line), cut = tokens;
    // Lines of global configuration that may say anything are known by their words in full.
    const Command& command = *whole.parsed.command;
    const bool spelled = &mode == &global_mode() && command.type() == typeid(Kept) && command.syntax().ends_with("[LINE]");
    const std::size_t in_full = spelled ? command.lead().size() + (whole.parsed.form != Form::set) : 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::vector<Expect>& offers = offered(mode, tokens, i);
      if (!is_keyword(offers, tokens[i]) || i < in_full) continue;
      for (std::size_t length = 1; length < tokens[i].size(); ++length) {
        const std::string prefix = tokens[i].substr(0, length);
        const auto fitting = std::count_if(offers.begin(), offers.end(), [&](const Expect& e) {
          return e.kind == Expect::Kind::keyword && starts_with_letters(e.text, prefix);
        });
        // The names of interface types may be abbreviated too.
        const bool type = std::any_of(offers.begin(), offers.end(), [&](const Expect& e) {
          return e.kind == Expect::Kind::type_name && starts_with_letters(e.text, prefix);
        });
        // The name of a group is no abbreviation of the groups that are built in.
        const bool group = i > 0 && tokens[i - 1] == "group" && takes_text(offers);
        // A word of global configuration is no abbreviation elsewhere, nor is what an EXEC command follows.
        const bool other = i == 0 && (prefix == "do" || (&mode != &global_mode() && global_mode().has_keyword(prefix)));
        if (is_keyword(offers, prefix) || type || group || other) continue;
        if (fitting == 1) {
          cut[i] = prefix;
          break;
        }
        std::vector<std::string> ambiguous = tokens;
        ambiguous[i] = prefix;
        const bool number =
            std::any_of(offers.begin(), offers.end(), [](const Expect& e) { return e.text[0] == '<' && e.text != "<cr>"; });
        if (number) continue;
        EXPECT_EQ(read(mode, join(ambiguous, ambiguous.size())).outcome, Outcome::ambiguous)
            << mode.name() << ": " << join(ambiguous, ambiguous.size());
      }
    }
    const std::string text = join(cut, cut.size());
    const Understood shortened = read(mode, text);
    ASSERT_EQ(shortened.outcome, Outcome::ok) << mode.name() << ": " << text;
    EXPECT_TRUE(has_text || same(whole.parsed, shortened.parsed)) << mode.name() << ": " << text;
  });
}

TEST(Properties, GarbageHasTheCaretBelowIt) {
  for_random_lines(8, [](const Mode& mode, const std::string& line) {
    const std::vector<std::string> tokens = tokens_of(line);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (takes_text(offered(mode, tokens, i))) break;
      std::vector<std::string> wrong = tokens;
      wrong[i] = "%~";
      const std::string text = join(wrong, wrong.size());
      const Understood understood = read(mode, text);
      EXPECT_EQ(understood.outcome, Outcome::invalid) << mode.name() << ": " << text;
      EXPECT_EQ(understood.far, i == 0 ? 0 : join(wrong, i).size() + 1) << mode.name() << ": " << text;
    }
  });
}

TEST(Properties, ACutLineIsCompleteOrIncomplete) {
  for_random_lines(8, [](const Mode& mode, const std::string& line) {
    const std::vector<std::string> tokens = tokens_of(line);
    for (std::size_t i = 1; i <= tokens.size(); ++i) {
      const Outcome outcome = read(mode, join(tokens, i)).outcome;
      EXPECT_TRUE(outcome == Outcome::ok || outcome == Outcome::incomplete) << mode.name() << ": " << join(tokens, i);
    }
  });
}

TEST(Properties, TrailingCommentIsNoPartOfTheCommand) {
  for_random_lines(8, [](const Mode& mode, const std::string& line) {
    if (takes_text(offered(mode, tokens_of(line), tokens_of(line).size())) || line.find(" ! ") != std::string::npos) return;
    const Understood bare = read(mode, line), commented = read(mode, line + " ! why");
    ASSERT_EQ(commented.outcome, Outcome::ok) << mode.name() << ": " << line;
    EXPECT_TRUE(same(bare.parsed, commented.parsed)) << line;
  });
}

TEST(Properties, EveryLineOfAModeHasTheColumnsOfItsSchema) {
  for (const Mode* mode : config_modes())
    for (const auto& command : mode->commands()) {
      std::vector<std::string> names;
      for (const BoundColumn& c : command->columns(nullptr)) names.push_back(c.name);
      Dice dice(7);
      for (int i = 0; i < 20; ++i) {
        if (!command->allows(Form::set) || command->opaque()) continue;
        const Understood line = read(*mode, command->generate(dice, Form::set));
        ASSERT_EQ(line.parsed.command, command.get());
        std::vector<std::string> found;
        for (const BoundColumn& c : command->columns(line.parsed.value.get())) {
          found.push_back(c.name);
          EXPECT_TRUE(c.value.index() == 0 || (c.value.index() == 1) == c.integer) << mode->name() << " " << c.name;
        }
        EXPECT_EQ(found, names);
        std::sort(found.begin(), found.end());
        EXPECT_EQ(std::unique(found.begin(), found.end()), found.end());
      }
    }
}

/// Random configurations, made of random lines in random blocks, with `no` and `default` among them.
std::string refused_lines(const ApplyResult& result) {
  std::string out;
  for (const LineReport& line : result.lines)
    if (line.verdict == Verdict::refused) out += "refused: " + line.text + "\n" + line.answer + "\n";
  return out;
}

TEST(Properties, AConfigurationComesBackFromItsText) {
  Dice dice(99);
  std::size_t kept = 0;
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (int b = 0; b < 12; ++b) {
      const Mode* mode = &global_mode();
      for (int depth = 0; depth < 3; ++depth) {
        const Mode* inner = nullptr;
        for (int i = 0; i < 6; ++i) {
          const Command& command = *mode->commands()[dice() % mode->commands().size()];
          if (command.merge() == Merge::leave || command.merge() == Merge::finish || command.opaque()) continue;
          const Form form = dice() % 5 == 0 && command.allows(Form::no) ? Form::no : Form::set;
          if (!command.allows(form)) continue;
          text += in_front(form) + command.generate(dice, form) + "\n";
          if (form == Form::set && command.opens()) {
            inner = command.opens();
            break;
          }
        }
        if (!inner) break;
        mode = inner;
      }
    }
    const ApplyResult applied = parser::apply({}, text);
    kept += applied.configuration.data().root.children.size();
    const std::string shown = running_config(applied.configuration);
    const ApplyResult again = parser::apply({}, shown);
    EXPECT_FALSE(again.refused_any) << refused_lines(again) << shown;
    ASSERT_TRUE(again.configuration == applied.configuration) << text << "----\n"
                                                              << shown << "----\n"
                                                              << running_config(again.configuration);
    EXPECT_EQ(running_config(again.configuration), shown);
    const ApplyResult twice = parser::apply(applied.configuration, shown);
    EXPECT_FALSE(twice.refused_any) << shown;
    ASSERT_TRUE(twice.configuration == applied.configuration) << shown << "----\n" << running_config(twice.configuration);
  }
  EXPECT_GT(kept, 2000u);
}

}  // namespace
}  // namespace parser
