// Pieces of the configuration as several `show` print them.
#pragma once

#include <string>
#include <vector>

#include "parser/commands.hpp"
#include "parser/configuration.hpp"

namespace cli {

/// The block of the object of that kind and name, or null.
template <class T>
const parser::Node* find_block(const parser::Node& root, const std::string& name) {
  for (const auto& child : root.children)
    if (const T* object = child->as<T>(); object && object->name == name) return child.get();
  return nullptr;
}

/// "esp-256-aes esp-sha256-hmac ": each transform with a blank behind it.
std::string transforms(const parser::TransformSet& set);
/// The block "Transform sets={" of a crypto map entry or IPsec profile.
void put_transform_sets(std::string& out, const parser::Node& root, const parser::Node& entry);
/// The lines on lifetimes of a crypto map entry or IPsec profile, with what the global lines say where it has none.
void put_lifetime(std::string& out, const parser::Node& root, const parser::Node& entry);
/// "4608000 kilobytes/3600 seconds", "3600 seconds" without volume; `entry` may be the root.
std::string lifetime_text(const parser::Node& root, const parser::Node& entry);

}  // namespace cli
