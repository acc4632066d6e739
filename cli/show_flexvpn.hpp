// `show crypto ikev2 client flexvpn`
#pragma once

#include <string>

#include "cli/fields.hpp"
#include "parser/exec_commands.hpp"
#include "parser/parser.hpp"

namespace cli {

/// The clients of the configuration, or the one that is wanted, each with what its tunnel's SA is.
FlexvpnRows flexvpn_rows(const parser::Configuration& configuration, const engine::View& view,
                         const parser::ShowFlexvpn& options);
std::string show_flexvpn(const FlexvpnRows& rows);

}  // namespace cli
