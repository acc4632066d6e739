// `sallyport convert FILE`: prints the IKEv2 configuration, with the decisions as comments in front of it.
#pragma once

#include <ostream>
#include <string>

#include "parser/convert/convert.hpp"

namespace cli {

std::string convert_text(const parser::Conversion& conversion);

/// 0: everything was converted, or there was nothing to; 1: something is left for a human. Throws std::runtime_error where
/// the file cannot be read.
int run_convert(const std::string& path, std::ostream& out);

}  // namespace cli
