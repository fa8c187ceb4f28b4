/**
 * How fast Ramtide is, beside the tools that do the same without it: each figure and its peer are
 * measured in turns in one run. No promise is proven here.
 */
@NullMarked
package dev.ramtide.deploy.bench;

import org.jspecify.annotations.NullMarked;
