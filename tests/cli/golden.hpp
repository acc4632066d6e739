// Texts kept in tests/cli/golden and reviewed as diffs.
#pragma once

#include <string>

/// Compares `text` with golden/NAME.txt octet by octet; with SALLYPORT_UPDATE_GOLDENS=1 in the environment it writes the
/// file instead.
void expect_golden(const std::string& name, const std::string& text);
