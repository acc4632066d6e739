// `sallyport check FILE...`: reads files, and prints what parser/check found.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "parser/check/check.hpp"

namespace cli {

enum class CheckForm : std::uint8_t { text, json };
std::string check_text(const parser::CheckReport& report);
/// One document: {"files": [{"file", "lines": [{"line", "text", "verdict", ...}]}], "findings": [{"check", "text", "places"}]}
std::string check_json(const parser::CheckReport& report);

/// 0: nothing to say; 1: findings; 2: refused lines. Throws std::runtime_error where a file cannot be read.
int run_check(const std::vector<std::string>& paths, CheckForm form, std::ostream& out);

/// Throws std::runtime_error with the reason.
std::string text_of_file(const std::string& path);

}  // namespace cli
