#include "parser/capture.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "parser/edit_distance.hpp"
#include "parser/session.hpp"

namespace parser {
namespace {

bool letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

constexpr std::array heads = {
    std::string_view("Building configuration..."),
    std::string_view("Current configuration : "),
    std::string_view("Section: IOS configuration"),
    std::string_view("[OK]"),
    std::string_view("Enter configuration commands, one per line."),
    std::string_view("Enter TEXT message."),
    std::string_view("Destination filename ["),
    std::string_view("IKEv2 proposal MUST "),
    std::string_view("encryption algorithm aes-gcm, a prf algorithm and a DH group configured"),
    std::string_view("IKEv2 policy MUST "),
    std::string_view("IKEv2 profile MUST "),
    std::string_view("1. A local and a remote authentication method"),
    std::string_view("2. A match identity or a match certificate"),
    std::string_view("and a valid access list have been configured."),
    std::string_view("ERROR: "),
    std::string_view("Translating \""),
    std::string_view("Type escape sequence to abort."),
    std::string_view("Sending 5, "),
    std::string_view("Success rate is "),
    std::string_view("Press RETURN to get started"),
    std::string_view("Password: "),
    std::string_view("login as: "),
    std::string_view("--More--"),
};

/// "%SYS-5-CONFIG_I: ..."
bool is_log_text(std::string_view line) {
  if (!line.starts_with('%')) return false;
  const std::size_t dash = line.find('-');
  return dash != std::string_view::npos && dash > 1 && dash + 2 < line.size() &&
         std::isdigit(static_cast<unsigned char>(line[dash + 1])) != 0 && line[dash + 2] == '-' &&
         std::all_of(line.begin() + 1, line.begin() + static_cast<std::ptrdiff_t>(dash),
                     [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_' || letter_or_digit(c); });
}

std::size_t behind_one_pager(std::string_view line) {
  const std::size_t more = line.find("--More--");
  if (more == std::string_view::npos || line.find_first_not_of(" \t") != more) return 0;
  std::size_t i = more + 8;
  while (i < line.size() && (line[i] == ' ' || line[i] == '\b' || line[i] == '\r')) ++i;
  // The blanks behind the last backspace belong to the line itself.
  const std::size_t wiped = line.substr(0, i).find_last_of("\b\r");
  return wiped == std::string_view::npos ? i : wiped + 1;
}

}  // namespace

bool is_captured(std::string_view line) {
  if (line == "^" || line.starts_with("% ") || is_log_text(line)) return true;
  if (line.starts_with("Using ")) return line.find(" out of ") != std::string_view::npos;
  // A message with its time in front: "*Nov 13 12:30:45.123: %SYS-5-CONFIG_I: ..."
  const std::size_t percent = line.find(": %");
  if (percent != std::string_view::npos && percent < 48 && is_log_text(line.substr(percent + 2))) return true;
  return std::any_of(heads.begin(), heads.end(), [&](std::string_view head) { return line.starts_with(head); });
}

std::size_t behind_prompt(std::string_view line) {
  std::size_t i = 0;
  const auto in_name = [](char c) { return letter_or_digit(c) || c == '.' || c == '-' || c == '_'; };
  if (line.empty() || !letter_or_digit(line[0])) return 0;
  while (i < line.size() && in_name(line[i])) ++i;
  if (i < line.size() && line[i] == '(') {
    const std::size_t open = i++;
    while (i < line.size() && (in_name(line[i]) || line[i] == '+')) ++i;
    if (i >= line.size() || line[i] != ')' || i == open + 1) return 0;
    ++i;
  }
  if (i >= line.size() || (line[i] != '>' && line[i] != '#')) return 0;
  ++i;
  while (i < line.size() && line[i] == ' ') ++i;
  return i;
}

std::size_t behind_pager(std::string_view line) {
  std::size_t behind = 0;
  while (const std::size_t one = behind_one_pager(line.substr(behind))) behind += one;
  return behind;
}

std::string typographic(std::string_view line) {
  for (const char* quote : {"\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C", "\xE2\x80\x9D"})
    if (line.find(quote) != std::string_view::npos) return "it has typographic quotes, as web pages make them: type plain ones";
  for (const char* dash : {"\xE2\x80\x93", "\xE2\x80\x94"})
    if (line.find(dash) != std::string_view::npos) return "it has a typographic dash, as web pages make them: type a hyphen";
  return {};
}

std::string oddity(std::string_view line) {
  if (std::string typed = typographic(line); !typed.empty()) return typed;
  if (line.starts_with('#')) return "a comment begins with \"!\"";
  for (std::string_view asa : {"tunnel-group ", "crypto ikev2 enable ", "crypto ikev1 ", "crypto ipsec ikev1 ",
                               "crypto ipsec ikev2 ", "group-policy ", "nameif ", "object network ", "crypto isakmp enable "})
    if (line.starts_with(asa)) return "this is the syntax of an ASA firewall";
  if (line.starts_with("crypto map ") && line.find(" interface ") != std::string_view::npos)
    return "this is the syntax of an ASA firewall: here the map is named below the interface";
  for (std::string_view open : {"${", "<", "**", "__"})
    if (line.find(open) != std::string_view::npos) return "it seems to hold a place that was to be filled in";
  return {};
}

std::string text_not_ended(std::string_view opener) {
  return "% Not kept: the text that \"" + std::string(opener.substr(std::min(opener.find_first_not_of(' '), opener.size()))) +
         "\" begins has no end, and took all lines behind it. A banner\n"
         "  ends with the character that it begins with, a certificate with \"quit\": enter it again with its end.";
}

bool is_exec_of_routers(std::string_view line) {
  constexpr std::array<std::string_view, 9> beginnings = {"clock set ",     "monitor capture ", "redundancy ",
                                                          "license smart ", "hw-module ",       "guestshell ",
                                                          "software ",      "call-home ",       "upgrade "};
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view each) { return line.starts_with(each); });
}

bool nearly_same(std::string_view a, std::string_view b) {
  if (a.size() < 3 || a.size() > 40 || b.size() > 40 || a.size() > b.size() + 2 || b.size() > a.size() + 2) return false;
  return edit_distance(a, b) <= (a.size() < 6 ? 1u : 2u);
}

}  // namespace parser
