#include "parser/operators.hpp"

#include <charconv>
#include <sstream>

#include "engine/secret.hpp"
#include "parser/configuration.hpp"
#include "parser/kept.hpp"
#include "parser/secret_hash.hpp"
#include "parser/type7.hpp"

namespace parser {
namespace {

constexpr unsigned default_privilege = 1, highest_privilege = 15;

unsigned number_behind(const Kept& line, std::string_view keyword, unsigned otherwise) {
  const auto place = line.keyword(keyword);
  if (!place || *place + 1 >= line.words.size()) return otherwise;
  const std::string_view text = line.word(*place + 1);
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

struct MovedCommand {
  unsigned level = 0;
  std::string words;  // in full
};
/// Of `privilege exec [all] level N WORDS`.
std::optional<MovedCommand> moved_command(const Kept& line) {
  std::istringstream in(line.text);
  std::string word, rest;
  MovedCommand out;
  if (!(in >> word) || word != "privilege" || !(in >> word) || word != "exec" || !(in >> word)) return std::nullopt;
  if (word == "all" && !(in >> word)) return std::nullopt;
  if (word != "level" || !(in >> out.level) || out.level > highest_privilege || !std::getline(in >> std::ws, rest))
    return std::nullopt;
  out.words = exec_words(rest);
  return out;
}

}  // namespace

std::optional<unsigned> user_privilege(const Configuration& configuration, std::string_view user) {
  std::optional<unsigned> out;
  configuration.data().root.each<Kept>([&](const Kept& line, const Node&) {
    if (line.words.size() > 1 && line.word(0) == "username" && line.word(1) == user)
      out = number_behind(line, "privilege", default_privilege);
  });
  return out;
}

std::optional<unsigned> command_privilege(const Configuration& configuration, std::string_view words) {
  constexpr std::string_view opens_configuration = "configure";
  std::optional<unsigned> out;
  if (words.substr(0, words.find(' ')) == opens_configuration) return out;
  std::size_t longest = 0;
  configuration.data().root.each<Kept>([&](const Kept& line, const Node&) {
    const auto moved = moved_command(line);
    if (!moved || moved->words.size() < longest || !words.starts_with(moved->words)) return;
    if (words.size() > moved->words.size() && words[moved->words.size()] != ' ') return;
    longest = moved->words.size();
    out = moved->level;
  });
  return out;
}

std::optional<EnableSecret> enable_secret(const Configuration& configuration, unsigned level) {
  std::optional<EnableSecret> secret, password;
  configuration.data().root.each<Kept>([&](const Kept& line, const Node&) {
    if (line.words.size() < 3 || line.word(0) != "enable" || number_behind(line, "level", highest_privilege) != level) return;
    const std::size_t last = line.words.size() - 1;
    if (!line.is_secret(last)) return;
    const std::string_view type = line.secret_type(last);
    (line.word(1) == "password" ? password : secret) = {std::string(type.empty() ? "0" : type), std::string(line.word(last))};
  });
  return secret ? secret : password;
}

bool opens(const EnableSecret& secret, std::string_view typed) {
  const auto same = [typed](std::string_view wanted) {
    return wanted.size() == typed.size() && engine::constant_time_equal(engine::as_bytes(wanted), engine::as_bytes(typed));
  };
  if (secret.type == "0") return same(secret.text);
  if (secret.type == "7") {
    const auto plain = type7_decoded(secret.text);
    return plain && same(*plain);
  }
  return is_hash_of(secret.text, typed);
}

bool prompts_quietly(const Configuration& configuration) {
  bool quiet = false;
  configuration.data().root.each<Kept>(
      [&quiet](const Kept& line, const Node&) { quiet = quiet || line.text == "file prompt quiet"; });
  return quiet;
}

}  // namespace parser
