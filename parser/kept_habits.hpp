// What is known of lines that nobody takes apart: which of them have one value, and of which `no` is a setting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parser {

/// Patterns of lines of one value ("exec-timeout", "neighbor * remote-as") that a line with these first words may meet.
std::vector<std::string_view> single_valued(const std::vector<std::string>& lead);
/// The words of `text` that the first fitting pattern covers; another line with the same words takes its place. Empty: none.
std::string_view single_part(std::string_view text, const std::vector<std::string_view>& patterns);
/// Both name the same block, with or without what may stand between its keyword and its name: "class-map match-any VOICE".
bool names_same(std::string_view a, std::string_view b);
/// `no TEXT` says something where no such line stands: it switches off what is on by default ("ip http server").
bool is_switch(std::string_view text);

}  // namespace parser
