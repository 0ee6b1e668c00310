# Doxygen's filter for what is no user's business: the inline namespace, which is for the linker, and
# friends.
s/^inline namespace POND_NAMESPACE_TAG \{$//
s/^\}  \/\/ namespace POND_NAMESPACE_TAG$//
s/^  friend class [a-z_]+;$//
