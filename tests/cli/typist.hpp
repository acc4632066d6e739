// Types lines into a session and keeps what it answers.
#pragma once

#include <memory>
#include <string>

#include "cli/session.hpp"
#include "fake_backend.hpp"

struct Typist {
  explicit Typist(FakeBackend& backend, cli::Interaction interaction = cli::Interaction::terminal, bool privileged = true,
                  unsigned level = 1) {
    cli::SessionOptions options;
    options.interaction = interaction;
    options.privileged = privileged;
    options.level = options.own_level = level;
    options.user = "operator";
    session = std::make_shared<cli::Session>(backend, options, [this](const cli::Reply& reply) { take(reply); });
    session->greet();
  }
  void take(const cli::Reply& reply) {
    switch (reply.kind) {
      case cli::ReplyKind::done:
        prompt = reply.text;
        flags = reply.flags;
        ++dones;
        break;
      case cli::ReplyKind::completion:
        completion = reply.text;
        break;
      default:
        answer += reply.text;
    }
  }
  std::string line(const std::string& text) { return ask(cli::RequestKind::line, text); }
  std::string ask(cli::RequestKind kind, const std::string& text = {}) {
    answer.clear();
    session->handle({kind, static_cast<std::uint16_t>(prompt.size()), cli::Interaction::terminal, text});
    return answer;
  }

  std::shared_ptr<cli::Session> session;
  std::string answer, prompt, completion;
  std::uint8_t flags = 0;
  unsigned dones = 0;
};
