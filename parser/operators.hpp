// What the configuration says of those who use it: the lines are `Kept`, and this is what is read from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parser/parser.hpp"

namespace parser {

/// Of `username NAME privilege N`; 1 where the line does not say; nullopt where there is no such user.
std::optional<unsigned> user_privilege(const Configuration& configuration, std::string_view user);

/// The level to which `privilege exec [all] level N WORDS` moves a command, `words` in full; the line with most words counts.
/// nullopt: none does, or it opens the configuration, which is for level 15 alone.
std::optional<unsigned> command_privilege(const Configuration& configuration, std::string_view words);

/// Of `enable secret [level N]`, or else `enable password [level N]`. `text` as configured.
struct EnableSecret {
  std::string type;  // "0", "5", "7", "8" or "9"
  std::string text;
};
std::optional<EnableSecret> enable_secret(const Configuration& configuration, unsigned level = 15);
/// As the secret's type wants it. Up to 50 ms: not for the loop's thread.
bool opens(const EnableSecret& secret, std::string_view typed);

/// `file prompt quiet`: commands on files ask nothing.
bool prompts_quietly(const Configuration& configuration);

}  // namespace parser
