#include "cli/device_pins.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace cli {
namespace {

class DevicePinsFile : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_), nullptr);
    path = std::string(folder_) + "/devices";
  }
  void TearDown() override {
    ::unlink(path.c_str());
    ::rmdir(folder_);
  }
  std::string path;

 private:
  char folder_[32] = "/tmp/device-pins-XXXXXX";
};

const kernel::DeviceMap two{{"GigabitEthernet0/0", {"eth1", 7}}, {"GigabitEthernet0/1", {"eth0", 3}}};

TEST_F(DevicePinsFile, IsReadAsItWasWritten) {
  EXPECT_TRUE(DevicePins(path, "boot-1").read().empty()) << "there is no file";
  DevicePins(path, "boot-1").write(two);
  EXPECT_EQ(DevicePins(path, "boot-1").read(), two);
}

TEST_F(DevicePinsFile, OfAnEarlierBootKeepsTheNamesOnly) {
  DevicePins(path, "boot-1").write(two);
  const auto read = DevicePins(path, "boot-2").read();
  EXPECT_EQ(read, (kernel::DeviceMap{{"GigabitEthernet0/0", {"eth1", 0}}, {"GigabitEthernet0/1", {"eth0", 0}}}));
}

TEST_F(DevicePinsFile, ThatMakesNoSenseIsNoFile) {
  std::ofstream(path) << "boot-1\nGigabitEthernet0/0 eth1\n";
  EXPECT_TRUE(DevicePins(path, "boot-1").read().empty());
  std::ofstream(path) << "";
  EXPECT_TRUE(DevicePins(path, "boot-1").read().empty());
}

}  // namespace
}  // namespace cli
