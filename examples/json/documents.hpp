// documents.hpp: JSON texts of several shapes, the same in every run.
#ifndef POND_EXAMPLES_JSON_DOCUMENTS_HPP
#define POND_EXAMPLES_JSON_DOCUMENTS_HPP

#include <string>
#include <vector>

namespace json {

struct document {
  std::string name;
  std::string text;        // as serializers write it: no spaces
  bool same_when_written;  // false: there are fractions, which each library writes in its own way
  unsigned repeats;        // how often one measured run parses it
  unsigned spacious = 2;   // it takes more memory than one of so many parts of its text
};

/// A small one, as of a request; many small objects; long strings; numbers; objects in objects. All
/// but the first may be so many times smaller.
std::vector<document> make_documents(unsigned smaller);

/// A file's, parsed as often as makes a megabyte; throws std::system_error where it cannot be read.
document read_document(const std::string &path);

}  // namespace json

#endif
