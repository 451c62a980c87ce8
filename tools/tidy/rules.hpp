// The rules of the house as a program: who may include whom, and what no file may hold.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace qm::tidy {

struct Complaint {
  int line = 0;  // from 1
  std::string rule;
};

// Whether the rules speak of the file at all. `path` is relative to the repository, with forward slashes.
bool is_judged(std::string_view path);

// What is wrong with a file of that path that holds `text`; in order of lines. Pure, so that a test can ask about
// files that do not exist.
std::vector<Complaint> judge(std::string_view path, std::string_view text);

}  // namespace qm::tidy
