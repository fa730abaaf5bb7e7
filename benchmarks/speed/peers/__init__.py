"""What others would pick instead, each set up as its own guide says, in an environment of its own.

A peer is a class that is made with the folder of the encoder's weights and a folder to keep
things in, indexes texts and answers questions with their places. Each imports its library
when it is made: the product's environment has none of them.
"""
