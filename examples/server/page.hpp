// page.hpp: what a product's page says, made for one request, and how it is written.
#ifndef EXAMPLES_SERVER_PAGE_HPP
#define EXAMPLES_SERVER_PAGE_HPP

#include "types.hpp"

struct parameter {
  text name;
  text value;
};

struct item {
  explicit item(memory::region &region);

  text name;
  text maker;
  text link;
  list<text> tags;
  list<text> prices;
};

struct page {
  page(memory::region &region, list<parameter> asked_for, list<text> understood)
      : parameters(std::move(asked_for)),
        languages(std::move(understood)),
        main(region),
        related(region.get_allocator()) {}

  list<parameter> parameters;
  list<text> languages;
  item main;
  list<item> related;
};

/// A product of the catalogue as it is shown.
item describe(memory::region &region, std::size_t id);

/// The page as one JSON object, behind what `to` has already.
void write_json(const page &shown, text &to);

#endif
