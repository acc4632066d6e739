#include "parser/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cstdio>
#include <tuple>

#include "parser/session.hpp"

namespace parser {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Splits "GigabitEthernet0/1.5" into its type and its numbers.
std::pair<std::string_view, std::vector<unsigned long>> split(std::string_view name) {
  const std::size_t i = interface_letters(name);
  std::vector<unsigned long> numbers;
  bool in_number = false;
  for (char c : name.substr(i)) {
    if (digit(c)) {
      if (!in_number) numbers.push_back(0);
      numbers.back() = numbers.back() * 10 + static_cast<unsigned long>(c - '0');
    }
    in_number = digit(c);
  }
  return {name.substr(0, i), std::move(numbers)};
}

unsigned rank(std::string_view type) {
  if (type == "Loopback") return 0;
  if (type == "Tunnel") return 1;
  if (type == "Virtual-Template" || type == "Virtual-Access") return 3;
  return 2;
}

}  // namespace

CleanLine clean(std::string_view typed) {
  const std::size_t begin = typed.find_first_not_of(" \t");
  if (std::all_of(typed.begin(), typed.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); })) {
    if (begin == std::string_view::npos) return {"", typed.size(), {}};
    return {std::string(typed.substr(begin, typed.find_last_not_of(" \t") + 1 - begin)), begin, {}};
  }
  CleanLine out;
  std::size_t column = 0;
  const auto is_octet_of_letter = [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; };
  for (char c : typed) {
    if (c == '\r') continue;
    const bool more = (static_cast<unsigned char>(c) & 0xC0) == 0x80 && !out.text.empty() && is_octet_of_letter(out.text.back());
    out.columns.push_back(more ? out.columns.back() : column++);
    out.text.push_back(c);
    // What is taken away may bring together what would be taken away the next time.
    for (std::string_view unseen : {"\xE2\x80\x8B", "\xEF\xBB\xBF"}) {
      if (!out.text.ends_with(unseen)) continue;
      out.text.resize(out.text.size() - unseen.size());
      column = out.columns[out.text.size()];
      out.columns.resize(out.text.size());
    }
    if (out.text.ends_with("\xC2\xA0")) {
      out.text.pop_back();
      out.columns.pop_back();
      out.text.back() = ' ';
    }
  }
  const std::size_t first = out.text.find_first_not_of(" \t");
  const std::size_t last = out.text.find_last_not_of(" \t");
  if (first == std::string::npos) return {"", 0, {column}};
  out.indent = out.columns[first];
  const std::size_t past = last + 1 < out.columns.size() ? out.columns[last + 1] : column;
  out.text = out.text.substr(first, last + 1 - first);
  out.columns.erase(out.columns.begin() + static_cast<std::ptrdiff_t>(last) + 1, out.columns.end());
  out.columns.erase(out.columns.begin(), out.columns.begin() + static_cast<std::ptrdiff_t>(first));
  out.columns.push_back(past);
  return out;
}

bool printable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

std::string ios_text(const engine::IpAddress& address) {
  std::string out = address.to_string();
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

engine::IpAddress mask_of(unsigned length) { return engine::IpAddress::v4(length == 0 ? 0 : ~std::uint32_t{0} << (32 - length)); }

std::optional<std::uint8_t> mask_length(const engine::IpAddress& mask) {
  const std::uint32_t bits = mask.v4_host_order();
  const int length = std::countl_one(bits);
  if (mask_of(static_cast<unsigned>(length)).v4_host_order() != bits) return std::nullopt;
  return static_cast<std::uint8_t>(length);
}

std::string bad_mask(const engine::IpAddress& mask, const engine::IpAddress& address) {
  std::array<char, 16> hex{};
  std::snprintf(hex.data(), hex.size(), "%08X", mask.v4_host_order());
  return "Bad mask 0x" + std::string(hex.data()) + " for address " + ios_text(address);
}

const std::vector<InterfaceType>& interface_types() {
  static const std::vector<InterfaceType> types = {
      {"AppGigabitEthernet", "Interface to applications", "ap"},
      {"Async", "Async interface", "as"},
      {"ATM", "ATM interface", "at"},
      {"BDI", "Bridge-Domain interface", "bd"},
      {"BRI", "ISDN Basic Rate Interface", "br", true},
      {"Bundle", "Cable bundle interface", "bu"},
      {"Cellular", "Cellular WAN interface", "ce"},
      {"Dialer", "Dialer interface", "di"},
      {"Dot11Radio", "Dot11 interface", "do", true},
      {"Embedded-Service-Engine", "Embedded service engine interface", "em", true},
      {"Ethernet", "IEEE 802.3", "e"},
      {"FastEthernet", "FastEthernet IEEE 802.3", "fa"},
      {"FiftyGigabitEthernet", "Fifty GigabitEthernet IEEE 802.3", "fif"},
      {"FiveGigabitEthernet", "Five GigabitEthernet IEEE 802.3", "fiv"},
      {"FortyGigabitEthernet", "Forty GigabitEthernet IEEE 802.3", "fo"},
      {"FourHundredGigE", "Four hundred GigabitEthernet", "fou"},
      {"GigabitEthernet", "GigabitEthernet IEEE 802.3z", "gi"},
      {"Group-Async", "Async group interface", "gr", true},
      {"HundredGigE", "Hundred GigabitEthernet", "hu"},
      {"Integrated-Service-Engine", "Integrated service engine interface", "in", true},
      {"ISM", "Internal service module interface", "ism", true},
      {"LISP", "Locator/ID separation protocol virtual interface", "li", true},
      {"Loopback", "Loopback interface", "lo"},
      {"MFR", "Multilink frame relay bundle interface", "mf", true},
      {"Multilink", "Multilink-group interface", "mu"},
      {"Null", "Null interface", "nu"},
      {"nve", "Network virtualization endpoint interface", "nv"},
      {"Port-channel", "Ethernet channel of interfaces", "po"},
      {"POS", "Packet over SONET", "pos", true},
      {"pseudowire", "Pseudowire interface", "ps", true},
      {"Serial", "Serial", "se"},
      {"Service-Engine", "Service engine interface", "service", true},
      {"SM", "Service module interface", "sm", true},
      {"TenGigabitEthernet", "Ten Gigabit Ethernet", "te"},
      {"Tunnel", "Tunnel interface", "tu"},
      {"TwentyFiveGigE", "Twenty-five GigabitEthernet", "twe"},
      {"TwoGigabitEthernet", "Two GigabitEthernet IEEE 802.3", "two"},
      {"TwoHundredGigE", "Two hundred GigabitEthernet", "twoh"},
      {"ucse", "UCS E-series interface", "uc", true},
      {"vasileft", "VasiLeft interface", "vasil", true},
      {"vasiright", "VasiRight interface", "vasir", true},
      {"Virtual-Access", "Virtual access interface", "vi"},
      {"Virtual-PPP", "Virtual PPP interface", "virtual-p"},
      {"Virtual-Template", "Virtual template interface", "vt"},
      {"VirtualPortGroup", "Virtual port group interface", "vp"},
      {"Vlan", "VLAN interface", "vl"},
      {"Wlan-ap", "WLAN access point interface", "wlan-a", true},
      {"Wlan-GigabitEthernet", "WLAN GigabitEthernet interface", "wl"},
  };
  return types;
}

std::string_view interface_type(std::string_view letters) {
  if (letters.empty()) return {};
  std::string_view found;
  for (const InterfaceType& type : interface_types()) {
    if (same_letters(type.name, letters) || same_letters(type.short_form, letters)) return type.name;
    if (type.in_full || !starts_with_letters(type.name, letters)) continue;
    if (!found.empty()) return {};
    found = type.name;
  }
  return found;
}

std::size_t interface_letters(std::string_view name) {
  for (const InterfaceType& type : interface_types())
    if (type.name.size() > 3 && digit(type.name[3]) && starts_with_letters(name, type.name)) return type.name.size();
  return std::min(name.find_first_of("0123456789"), name.size());
}

bool is_interface_number(std::string_view text) {
  unsigned digits = 0;
  bool dot = false, colon = false;
  for (char c : text) {
    if (digit(c)) {
      if (++digits > 9) return false;
    } else {
      const bool more = c == '.' || (!colon && (c == '/' || c == ':'));
      if (digits == 0 || dot || !more) return false;
      dot = c == '.';
      colon = colon || c == ':';
      digits = 0;
    }
  }
  return digits > 0;
}

namespace {

/// One item of a range from `at` on: its names are appended, `at` is behind it, or where it is wrong.
bool read_range_item(std::string_view text, std::size_t& at, std::vector<std::string>& names) {
  constexpr std::size_t most = 64;
  const auto blanks = [&](std::size_t from) { return std::min(text.find_first_not_of(" \t", from), text.size()); };
  const auto numbers = [&](std::size_t from) { return std::min(text.find_first_not_of("0123456789/.", from), text.size()); };
  const std::size_t begin = at + interface_letters(text.substr(at));
  std::string_view letters = text.substr(at, begin - at);
  letters = letters.substr(0, letters.find_last_not_of(" \t") + 1);
  const std::string_view type = interface_type(letters);
  const std::size_t end = numbers(begin);
  const std::string_view first = text.substr(begin, end - begin);
  if (type.empty() || !is_interface_number(first)) return false;
  const std::size_t base = first.find_last_of("/.") + 1;
  const unsigned long from = std::stoul(std::string(first.substr(base)));
  unsigned long to = from;
  const std::size_t dash = blanks(end);
  if (dash < text.size() && text[dash] == '-') {
    const std::size_t last = blanks(dash + 1), last_end = numbers(last);
    const std::string_view number = text.substr(last, last_end - last);
    const bool plain = !number.empty() && number.size() < 9 && number.find_first_of("/.") == std::string_view::npos;
    if (plain) to = std::stoul(std::string(number));
    if (!plain || to < from) {
      at = last;
      return false;
    }
    at = last_end;
  } else {
    at = end;
  }
  for (unsigned long number = from; number <= to; ++number) {
    if (names.size() == most) return false;
    names.push_back(std::string(type) + std::string(first.substr(0, base)) + std::to_string(number));
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> interface_range(std::string_view text, std::size_t& at) {
  std::vector<std::string> names;
  for (at = 0;;) {
    if (!read_range_item(text, at, names)) return std::nullopt;
    const std::size_t comma = text.find_first_not_of(" \t", at);
    if (comma == std::string_view::npos || text[comma] != ',') return names;
    at = std::min(text.find_first_not_of(" \t", comma + 1), text.size());
  }
}

bool interface_before(std::string_view a, std::string_view b) {
  const auto [type_a, numbers_a] = split(a);
  const auto [type_b, numbers_b] = split(b);
  return std::tuple(rank(type_a), type_a, numbers_a) < std::tuple(rank(type_b), type_b, numbers_b);
}

}  // namespace parser
