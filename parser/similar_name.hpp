// What somebody may have meant who named something that is not there.
#pragma once

#include <string>
#include <string_view>

#include "parser/configuration.hpp"

namespace parser {

/// Of a warning that ends with "KIND NAME is not defined" the name of that kind that is there and nearly the same, or nothing.
std::string similar_name(const Node& root, std::string_view warning);

}  // namespace parser
