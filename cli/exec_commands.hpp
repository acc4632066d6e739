// Carries out the commands of EXEC mode.
#pragma once

#include <memory>

#include "cli/session.hpp"

namespace cli {

/// Answers through the session, which gets its done() now or when the command has come to its end.
void execute(const std::shared_ptr<Session>& session, parser::ExecCommand command);

}  // namespace cli
