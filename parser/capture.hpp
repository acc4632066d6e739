// What pastes from terminals and web pages carry along beside configuration.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parser {

/// The line is something a router printed: the head of a listing, an answer, an advice, a message of the log.
bool is_captured(std::string_view line);
/// Where the line begins behind a prompt ("R1(config-if)#"); 0 where it has none.
std::size_t behind_prompt(std::string_view line);
/// Octets in front that a pager left: "--More--" and what wipes it away again.
std::size_t behind_pager(std::string_view line);
/// What is odd about a refused line, or nothing: typographic quotes, the syntax of other products, a place left open.
std::string oddity(std::string_view line);
/// The words differ by a slip or two of the fingers.
bool nearly_same(std::string_view a, std::string_view b);

/// Of lines that are indented below a refused one, or that a text without an end took.
inline constexpr char below_refused[] = "% Not applied: it belongs to the line above that was refused.";
/// The hint of a line that a text had not to reach: it ended in the middle.
inline constexpr char text_cut_short[] = "the text that began before it was not ended, and is not kept";
/// What is odd about a line that was accepted: what comes of web pages looks like what was meant, and is not.
std::string typographic(std::string_view line);
/// The answer to a line that began a text (a banner, a certificate) when its end did not come.
std::string text_not_ended(std::string_view opener);

/// A command of EXEC mode that begins as one of global configuration does, and that is kept there: `clock set ...`.
bool is_exec_of_routers(std::string_view line);

}  // namespace parser
