/**
 * The one command people run: {@code ramtide VERB}. Verbs live in the rooms they drive; here they
 * meet.
 */
@NullMarked
package dev.ramtide.deploy.cli;

import org.jspecify.annotations.NullMarked;
