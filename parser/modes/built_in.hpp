// Built-in objects, which are named `default`.
#pragma once

#include <string>

#include "parser/merge.hpp"
#include "parser/modes/common.hpp"

namespace parser {

/// `default crypto ikev2 proposal`, and the same of other objects: the built-in one is again as it was.
template <class T>
struct RestoreBuiltIn {
  friend bool operator==(const RestoreBuiltIn&, const RestoreBuiltIn&) = default;
};

template <class T>
Answer restore_built_in(Editor& editor, const RestoreBuiltIn<T>&, Form form) {
  if (form == Form::no) return {true, "% Incomplete command."};
  std::erase_if(editor.edit({}).children, [](const auto& line) {
    const T* object = line->negated ? line->template negated_as<T>() : line->template as<T>();
    return object && object->name == "default";
  });
  return {};
}

/// The line `head` without a name, `head` being what lines of T begin with.
template <class T, class E>
std::unique_ptr<Command> built_in(E head) {
  return acting<RestoreBuiltIn<T>>(std::move(head), {.set_form = false, .act = restore_built_in<T>});
}

}  // namespace parser
