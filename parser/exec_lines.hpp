// EXEC commands among lines of configuration.
#pragma once

#include "parser/parser.hpp"

namespace parser {

/// Pastes go on with EXEC commands: `write memory` behind `end`, `configure terminal` in front. A refused line that is one is
/// none of the configuration, and is reported so; one behind `do` that EXEC does not know is refused as EXEC would.
void look_for_exec(LineReport& report);

}  // namespace parser
