/**
 * The status page that agent and sink serve at {@code /}: its files, and what its JSON says.
 *
 * <p>Invariants: nothing here tells the content of a guest's page, only how many pages there are,
 * when they changed and whether they are zero. A file is served by a name on a list, never by a
 * path that a request made up.
 */
@NullMarked
package dev.ramtide.page;

import org.jspecify.annotations.NullMarked;
