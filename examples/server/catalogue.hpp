// catalogue.hpp: the records that are asked for. They live as long as the server.
#ifndef EXAMPLES_SERVER_CATALOGUE_HPP
#define EXAMPLES_SERVER_CATALOGUE_HPP

#include <cstddef>
#include <string>
#include <vector>

struct product {
  std::string name;
  std::string maker;
  std::vector<std::string> tags;
  std::vector<unsigned> cents;  // by quantity: one, ten, a hundred
  std::vector<std::size_t> related;
};

/// The same thousand made-up products in every run.
const std::vector<product> &catalogue();

#endif
