// `sallyport setup`, with a daemon on a thread of its own.
#include "cli/setup_command.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "cli/control_server.hpp"
#include "fake_backend.hpp"
#include "tests/temporary_folder.hpp"

using namespace cli;

namespace {

class Setup : public testing::Test {
 protected:
  Setup() {
    server_.emplace(loop_, backend, directory_.path("control"));
    daemon_ = std::thread([this] { loop_.run(); });
  }
  ~Setup() override {
    loop_.stop();
    daemon_.join();
    server_.reset();
  }
  int answered(const std::string& text) {
    std::istringstream in(text);
    out.str("");
    return run_setup(directory_.path(), in, out);
  }

  FakeBackend backend;
  std::ostringstream out;

 private:
  TemporaryFolder directory_;
  kernel::Loop loop_;
  std::optional<ControlServer> server_;
  std::thread daemon_;
};

TEST_F(Setup, SixAnswersAreATunnelThatIsSaved) {
  EXPECT_EQ(answered("\n203.0.113.20\n192.168.1.7/24\n10.0.0.0/24\ntry-this-0nce!\nyes\n"), 0) << out.str();
  EXPECT_NE(out.str().find("1. Interface towards the other gateway [GigabitEthernet0/0]: "), std::string::npos);
  const std::string running = parser::running_config(backend.running());
  EXPECT_NE(running.find("  pre-shared-key try-this-0nce!\n"), std::string::npos) << running;
  EXPECT_NE(running.find(" permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n"), std::string::npos) << running;
  EXPECT_NE(running.find("interface GigabitEthernet0/0\n no ip address\n crypto map SETUP\n"), std::string::npos) << running;
  ASSERT_TRUE(backend.startup.ok() && *backend.startup);
  EXPECT_EQ(parser::running_config(**backend.startup), running);
  EXPECT_EQ(answered("\n203.0.113.21\n"), 1) << "another one is not its business";
  EXPECT_NE(out.str().find("% Tunnels are configured already."), std::string::npos) << out.str();
}

TEST_F(Setup, Ipv6AndWhatCannotBeMeantIsAskedAgain) {
  EXPECT_EQ(answered("gi0/1\nnowhere\n2001:db8::20\nlan\n2001:db8:a::/64\n10.0.0.0/24\n2001:db8:a::/64\n2001:db8:b::/"
                     "64\nshort\nwith blank\n\nmaybe\ny\n"),
            0)
      << out.str();
  for (const char* why :
       {"% An address is written", "% A network is written", "% Both networks must be", "% That is the network behind",
        "% A key has at least 8", "% Blanks and question marks", "% Please say yes or no."})
    EXPECT_NE(out.str().find(why), std::string::npos) << why;
  const std::string running = parser::running_config(backend.running());
  EXPECT_NE(running.find(" permit ipv6 2001:DB8:A::/64 2001:DB8:B::/64\n"), std::string::npos) << running;
  EXPECT_NE(running.find("interface GigabitEthernet0/1\n no ip address\n crypto map SETUP\n"), std::string::npos) << running;
}

TEST_F(Setup, NoMeansThatNothingIsChanged) {
  EXPECT_EQ(answered("\n203.0.113.20\n192.168.1.0/24\n10.0.0.0/24\n\nno\n"), 1);
  EXPECT_EQ(answered("\n203.0.113.20\n192.168.1.0/24\n"), 1) << "the input ends";
  EXPECT_EQ(backend.commits, 0U);
}

}  // namespace
