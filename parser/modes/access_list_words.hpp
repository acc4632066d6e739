// The names that access lists have for ports, protocols, messages and flags.
#pragma once

#include <cstdint>
#include <string>

#include "parser/modes/common.hpp"

namespace parser {

using PortNames = SymbolTable<std::uint16_t>;
using ProtocolNames = SymbolTable<std::uint8_t>;
using WordNames = SymbolTable<std::string>;

const PortNames& tcp_ports();
const PortNames& udp_ports();
const PortNames& no_port_names();
/// Bits as `match-all` has them, set or not set.
const WordNames& signed_flags();

/// What the two families name differently.
struct Vocabulary {
  const ProtocolNames& protocols;
  const WordNames& icmp;
  const WordNames& tcp_flags;
  const WordNames& flags;
};
const Vocabulary& ipv4_words();
const Vocabulary& ipv6_words();

}  // namespace parser
