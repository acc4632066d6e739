// Text as it is typed, and values as IOS prints them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/address.hpp"

namespace parser {

/// A line made fit to parse: no CR, zero-width space or byte order mark, no-break spaces are blanks, outer blanks gone.
struct CleanLine {
  std::string text;
  std::size_t indent = 0;            // blanks in front
  std::vector<std::size_t> columns;  // empty: `indent` and the octet's place
  /// Column in the typed line, in characters, of an octet of `text` or of its end.
  std::size_t column(std::size_t octet) const { return columns.empty() ? indent + octet : columns[octet]; }
};
CleanLine clean(std::string_view typed);

/// No control character (C0, DEL, C1 in UTF-8): what may be stored and printed on a terminal.
bool printable(std::string_view text);

/// IPv6 in upper case, as IOS prints it.
std::string ios_text(const engine::IpAddress& address);
/// 24: 255.255.255.0. `length` at most 32.
engine::IpAddress mask_of(unsigned length);
/// The length of a contiguous netmask, nullopt for any other address.
std::optional<std::uint8_t> mask_length(const engine::IpAddress& mask);

/// What a router says of a mask with gaps.
std::string bad_mask(const engine::IpAddress& mask, const engine::IpAddress& address);

/// The canonical type name for `letters`: an exact name, a usual short form, or the only type that begins so. Empty: none.
std::string_view interface_type(std::string_view letters);
struct InterfaceType {
  std::string_view name, help, short_form;
  bool in_full = false;  // what abbreviates it abbreviates commoner ones
};
const std::vector<InterfaceType>& interface_types();
/// "GigabitEthernet0/1 - 3 , Loopback0" as names, and what follows it; nullopt where it is no such list, `at` then says where.
/// At most 64 interfaces.
std::optional<std::vector<std::string>> interface_range(std::string_view text, std::size_t& at);
/// "0", "0/0/1", "0/1.100", "0/1/0:0"
bool is_interface_number(std::string_view text);
/// How many octets of a name come before its number: types may have digits of their own.
std::size_t interface_letters(std::string_view name);
/// The order of `show running-config`: by type (Loopback, Tunnel, physical, Virtual-Template), then by number.
bool interface_before(std::string_view a, std::string_view b);

}  // namespace parser
